import struct


def attempt(call, *args):
    try:
        print(call(*args))
    except Exception as e:
        print(type(e).__name__, e)


print(struct.pack('!HHL', 1, 2, 3), struct.unpack('!HH', b'\0\1\0\2'), struct.calcsize('!IHB'))
print(struct.pack('<i', -1), struct.pack('>d', 1.5), struct.pack('4s', b'ab'), struct.pack('?', True))
header = struct.Struct('!I4s')
print(header.size, header.format, header.unpack(header.pack(7, b'data')))
print(list(struct.iter_unpack('!H', b'\0\1\0\2')), struct.unpack_from('!H', b'xx\0\5', 2))
buffer = bytearray(6)
struct.pack_into('!H', buffer, 2, 258)
print(buffer)
attempt(struct.unpack, '!I', b'abc')
attempt(struct.pack, '!H', 'a')
