"""qbXML, the message language of QuickBooks Desktop (US): ordered tables, writing, reading and status codes.

Pure: nothing here opens a file or a socket. `write` makes message sets, `read` takes answers apart, `status` says what a
status code means. The order of elements is that of Intuit's qbXML 13.0; QuickBooks refuses a whole message over one
element in the wrong place (0x80040400).
"""
