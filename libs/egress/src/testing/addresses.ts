/** Addresses that must be refused: the ends of every range, something within it, and all that disguises one of them. */
export const refusedAddresses = [
  ['0.0.0.0', '0.0.0.1', '0.255.255.255'],
  ['10.0.0.0', '10.1.2.3', '10.255.255.255'],
  ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  ['127.0.0.0', '127.0.0.1', '127.0.0.53', '127.255.255.255'],
  ['168.63.129.16'],
  ['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255'],
  ['172.16.0.0', '172.17.0.1', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.9', '192.0.0.10', '192.0.0.170', '192.0.0.192', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.77', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.2', '192.88.99.255'],
  ['192.168.0.0', '192.168.1.1', '192.168.255.255'],
  ['198.18.0.0', '198.19.7.7', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.42', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.113', '203.0.113.255'],
  ['224.0.0.0', '224.0.0.251', '239.255.255.255'],
  ['240.0.0.0', '250.1.2.3', '255.255.255.254', '255.255.255.255'],
  ['::', '::1', '::2'],
  ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a00:1', '::ffff:8.8.8.8', '::ffff:0:808:808'],
  ['::7f00:1', '::a9fe:a9fe', '::8.8.8.8'],
  ['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['64:ff9b:0:0:0:1::', '64:ff9b:1::', '64:ff9b:1::808:808', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::', '100::1', '100:0:0:1::1', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001::', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:2::1', '2001:10::1', '2001:20::1'],
  ['2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::', '2001:db8::1', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::', '2002:7f00:1::1', '2002:808:808::1', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::', '3fff:abc::1', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['4000::', '5f00::1', '6000::1', 'e000::1', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe00::1', 'fe80::', 'fe80::1', 'fe80::a9fe:a9fe', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::1', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::', 'ff02::1', 'ff05::1:3', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
].flat();

/** Addresses that must pass: the neighbours of every range, and some that everybody knows. */
export const permittedAddresses = [
  ['1.0.0.0', '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0'],
  ['100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ['168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0'],
  ['172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0', '192.0.1.255', '192.0.3.0'],
  ['192.31.196.1', '192.52.193.1', '192.88.98.255', '192.88.100.0'],
  ['192.167.255.255', '192.169.0.0', '192.175.48.1', '198.17.255.255', '198.20.0.0'],
  ['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
  ['64:ff9b::808:808', '64:ff9b::1.1.1.1'],
  ['2000::', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::', '2001:4860:4860::8888'],
  ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::', '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2003::', '2606:4700::1111', '2620:4f:8000::1', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['3fff:1000::', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
].flat();

/** URLs that look like something else, and lead to this machine or to what is around it. */
export const refusedUrls = [
  // IPv4 in the other notations of inet_aton(3)
  ...split(
    'http://2130706433/ http://0x7f000001/ http://017700000001/ http://0177.0.0.1/ http://0x7f.1/ http://127.1/',
  ),
  ...split('http://127.0.1/ http://10.1/ http://0/ http://0x0/ http://0300.0250.1.1/ http://2852039166/'),
  ...split('http://0xa9fea9fe/ http://0xA9.0xFE.0xA9.0xFE/ http://169.254.43518/'),
  // Digits and full stops of other scripts, percent-encoding
  ...split(
    'http://１２７.０.０.１/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://127．0．0．1/ http://¹⁰.¹/',
  ),
  ...split('http://%31%32%37%2e0%2e0%2e1/ http://%6c%6f%63%61%6c%68%6f%73%74/ http://ｌｏｃａｌｈｏｓｔ/'),
  // Closed names, trailing dots, capitals
  ...split('http://127.0.0.1./ http://127.0.0.1../ http://localhost./ http://localhost../ http://LOCALHOST/'),
  ...split(
    'http://LocalHost.:8080/ http://a.localhost/ http://a.b.LOCALHOST./ http://printer.local/ http://x.LOCAL./',
  ),
  ...split(
    'http://metadata.google.internal/ http://METADATA.GOOGLE.INTERNAL./ http://api.default.svc.cluster.local/',
  ),
  // What comes before an @ is no host, a backslash is a slash, and tabs and newlines are nothing
  ...split('http://example.com@127.0.0.1/ http://example.com:80@127.0.0.1/ http://user@example.com/'),
  ...split(
    'http://:secret@example.com/ http:\\\\127.0.0.1\\ http:/127.0.0.1/ http:127.0.0.1 http:\\127.0.0.1/',
  ),
  ...split('http://127.0.0.1\\@example.com/ http://127.0.0.1#@example.com/ http://127.0.0.1?@example.com/'),
  ...['http://127.\t0.0.1/', 'http://127.0.\n0.1/', ' http://127.0.0.1/ ', 'ht\ntp://127.0.0.1/'],
  // IPv6 in its forms
  ...split('http://[::1]/ http://[0:0:0:0:0:0:0:1]/ http://[0000:0000:0000:0000:0000:0000:0000:0001]/'),
  ...split(
    'http://[::127.0.0.1]/ http://[::FFFF:127.0.0.1]/ http://[::ffff:7F00:1]/ http://[0:0:0:0:0:ffff:10.0.0.1]/',
  ),
  ...split(
    'http://[64:ff9b::127.0.0.1]/ http://[2002:7f00:1::]/ http://[fe80::1%25eth0]/ http://[fe80::1%eth0]/',
  ),
  // Where clouds keep their metadata
  ...split('http://169.254.169.254/latest/meta-data http://[fd00:ec2::254]/latest http://100.100.100.200/'),
  // No host, or none that can be
  ...split(
    'http:// http:/// http://./ http://? example.com //example.com/ ///127.0.0.1/ http://example.com:65536/',
  ),
  ...split('http://256.256.256.256/ http://1.2.3.4.5/ http://[::1/ http://[1::2::3]/'),
  ...['', ' ', 'http://exa mple.com/'],
  // Not HTTP
  ...split('file:///etc/passwd ftp://example.com/ gopher://example.com/ ws://example.com/ data:,x stdio:npx'),
  ...split('javascript:alert(1) blob:http://example.com/1 unix:/var/run/docker.sock'),
];

/** URLs that must pass, as far as can be told without DNS. */
export const permittedUrls = [
  ...split(
    'http://example.com/ https://example.com https://EXAMPLE.com.:8443/mcp?key=1#top http://8.8.8.8:1/',
  ),
  ...split(
    'http://0x08.0x08.0x08.0x08/ http://134744072/ https://[2606:4700::1111]/ http://[64:ff9b::8.8.8.8]/',
  ),
  ...split('http://localhost.example.com/ http://internal.example.com/ http://mylocal/ http://notlocalhost/'),
  ...split(
    'http://10.0.0.1.example.com/ http://xn--bcher-kva.example/ http://bücher.example/ http://intranet/',
  ),
  ...split(
    'http://example.com:22/ http://example.com:6667/ http://example.com\\@127.0.0.1/ http:example.com',
  ),
];

function split(urls: string): string[] {
  return urls.split(' ');
}
