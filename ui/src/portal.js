(() => {
  // Puts a copy button on every command and example. Browsers offer the clipboard only to secure pages (https and the
  // machine itself); elsewhere the button would do nothing, so there is none.
  function addCopyButtons() {
    const { copy, copied } = document.body.dataset
    for (const block of document.querySelectorAll('pre')) {
      const text = block.textContent
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'copy'
      button.textContent = copy
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(text)
        button.textContent = copied
        setTimeout(() => { button.textContent = copy }, 1500)
      })
      const frame = document.createElement('div')
      frame.className = 'frame'
      block.replaceWith(frame)
      frame.append(block, button)
    }
  }

  if (navigator.clipboard) addCopyButtons()

  // On a narrow screen a guide's table of contents starts folded, and the bar shows where the reader is.
  const contents = document.querySelector('details.contents')
  if (contents && matchMedia('(max-width: 60rem)').matches) contents.open = false
  const bar = document.querySelector('.bar nav')
  const current = bar?.querySelector('[aria-current]')
  if (current && current.offsetLeft + current.offsetWidth > bar.offsetLeft + bar.clientWidth) bar.scrollLeft = current.offsetLeft - bar.offsetLeft
})()
