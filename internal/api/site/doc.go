// Package site is the pages for the staff: signing in, letting an app in, and the list of apps. They are plain HTML
// forms, in Chinese and English, that work without JavaScript.
//
// A page is trusted with three decisions (who is here, what may an app do, which app goes), so all of them: no page is
// framed or stored, every POST proves that it comes from our own page, the browser is redirected nowhere but to our
// own paths and to the callbacks of registered apps, and what is wrong before a callback is known to be registered is
// told on a page of ours.
package site
