// Package mailtext is the words of the mails to shoppers: a text and an HTML of each, in Chinese and in English. It knows no shop and
// sends nothing.
//
// A merchant replaces a template by a file of its name, "order_placed.zh.html", in the folder that Open is given. Those ending in .txt
// are Go's text/template, those in .html html/template, which escapes what is put into it. The subject is the block "subject" of the
// text: a file that defines nothing else changes the subject alone. What a template may say is the type of its data: Order, Cards or
// Claim. Open tries each with made-up data, so that a slip in one is known when the shop starts, and not when it sells.
package mailtext
