def attempt(call, *args):
    try:
        print(repr(call(*args)))
    except Exception as e:
        print(type(e).__name__, e)


text = '你好，世界 hello'
for name in ['gbk', 'GB2312', 'gb18030', 'utf-8', 'utf-16', 'utf-16-le', 'utf-32-be', 'utf-8-sig', 'cp936', 'big5']:
    attempt(text.replace('界', '').encode, name)
for name in ['ascii', 'latin-1', 'cp1252', 'big5', 'shift_jis', 'gb2312']:
    attempt('你好\U0001f600'.encode, name)
    attempt('你\U0001f600'.encode, name, 'replace')
    attempt('你\U0001f600'.encode, name, 'ignore')
    attempt('你\U0001f600'.encode, name, 'backslashreplace')
attempt(text.encode('utf-8')[:6].decode, 'gbk')
for data in [b'\xff', b'\xffab', b'a\xc4', b'\xc4\x20x', '你好'.encode('gbk'), b'\xe4\xbd']:
    for name in ['utf-8', 'gbk', 'gb2312', 'gb18030', 'ascii', 'latin-1', 'utf-16']:
        attempt(data.decode, name)
        attempt(data.decode, name, 'replace')
        attempt(data.decode, name, 'ignore')
attempt('a'.encode, 'nonsense')
attempt(b'a'.decode, 'nonsense')
attempt(bytes, '你好')
attempt(str, b'\xc4\xe3', 'gbk')

import codecs

for name in ("utf-8", "gbk", "gb2312", "gb18030", "big5", "shift_jis", "euc_kr", "ascii", "latin-1", "cp1252"):
    text = "abc" if name in ("ascii", "latin-1", "cp1252") else "ab一"
    data = text.encode(name)
    decoder = codecs.getincrementaldecoder(name)()
    print(name, [decoder.decode(data[i:i + 1]) for i in range(len(data))], repr(decoder.decode(b"", True)))
    encoder = codecs.getincrementalencoder(name)()
    print(encoder.encode(text, True) == data)
decoder = codecs.getincrementaldecoder("gbk")("replace")
print(decoder.decode(b"\xc4"), decoder.decode(b"\xe3\xff\xc4"), decoder.decode(b"", True))
decoder = codecs.getincrementaldecoder("gbk")()
print(repr(decoder.decode(b"\xc4")))
try:
    decoder.decode(b"", True)
except UnicodeDecodeError as e:
    print(e)
