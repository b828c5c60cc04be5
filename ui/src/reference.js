// Starts the API reference. Everything that would leave this server is off: no proxy, no remote fonts, no telemetry,
// no hosted client, assistant or sharing. The page's security policy forbids the rest.
(() => {
  const place = document.getElementById('reference')
  const { document: url, locale } = place.dataset
  Scalar.createApiReference(place, {
    url,
    // Relative servers in the document mean this server, under the name by which the reader reached it.
    baseServerURL: location.origin,
    localization: { locale },
    withDefaultFonts: false,
    telemetry: false,
    persistAuth: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    hideClientButton: true,
    showDeveloperTools: 'never',
    hideDarkModeToggle: true,
    documentDownloadType: 'direct',
    hiddenClients: __HIDDEN_CLIENTS__,
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    defaultOpenFirstTag: true,
    orderSchemaPropertiesBy: 'preserve',
  })
})()
