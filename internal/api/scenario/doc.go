// Package scenario reads scenario files. One file is one test, which runs on both database engines, and one documented
// example, which the portal prints. It parses and compares; what runs the tests is shoptest.
//
// A file is a txtar archive whose name ends in ".txtar":
//
//	# en: Create a customer
//	# zh: 创建客户
//
//	en: An account and a session in one call.
//	zh: 一次调用即可建立账号与会话。
//	-- setup --
//	customer number=595 email=guest@example.com
//	-- samples --
//	token eyJhbGciOiJIUzI1NiJ9
//	-- request --
//	# en: Sign up
//	# zh: 注册
//	POST /store/customers
//	Content-Type: application/json
//
//	{"email": "a@example.com", "password": "supersecret"}
//	-- response --
//	200
//	Set-Cookie: connect.sid=$session; $any
//
//	{"customer": {"id": "$cus_id", "created_at": "$time", "...": "..."}}
//	-- events --
//	customer.created $cus_id
//	-- statements --
//	6
//	-- request --
//	GET /store/customers/me?expand=orders
//	Cookie: connect.sid=$session
//	-- response --
//	200
//
//	{"customer": {"id": "$cus_id", "...": "..."}}
//
// # Sections
//
//	file       = title [about] [samples] step {step}, where setup and samples may change places
//	step       = [setup] request response {events | statements}
//	title      = "# en: …" and "# zh: …", each on a line
//	about      = paragraphs that begin with "en:" and "zh:"; one runs until the next begins
//	setup      = a line for each thing to be there before the request; the runner's Setup says what they mean.
//	             Empty lines and lines that begin with # are skipped
//	samples    = "name value" on each line: what the document shows for $name. A JSON value is taken as that value,
//	             anything else as text
//	request    = [title] method " " path, then headers, then an empty line and the body. All of it is sent as written:
//	             no header is added but Host and Content-Length
//	response   = status, then headers, then an empty line and the body
//	events     = the topics that the request recorded, in order, each on a line, each with its subject behind it if one
//	             likes. An empty section says that it recorded nothing; no section says nothing
//	statements = the most SQL statements that the request may take
//
// # Placeholders
//
//	$name      in a response: takes the value that is there, and wherever the name comes again the value must be the
//	           same. In a request and in setup: the value. Setup binds names too
//	$any       anything. In JSON also null, objects and arrays; inside a text also nothing at all
//	$time      a time with milliseconds as the API prints it: 2015-03-12T15:35:12.242+08:00 or ending in Z
//	${name}    the same as $name, where a letter follows
//	$$         a dollar sign
//
// They stand in paths, headers, events, setup lines, bodies that are text and the strings of JSON, alone or inside other
// text, but not in the names of JSON members. A string that is nothing but $name stands for the value with its type,
// number or string; a name never takes null, an empty string, an object or an array. In a path a value is escaped.
//
// # Wanted answers
//
// A header that is named must be there with that value, among others of its name; with no value, it must be absent.
// Headers that are not named do not matter. A body that begins with { or [ is JSON, any other is text; no body means
// that there must be none, and $any that it does not matter. JSON objects have exactly the members that are named, unless
// one is "...": "...", and arrays exactly the elements, unless the last is "...". Numbers are compared as they are
// written: 1.0 is not 1.
package scenario
