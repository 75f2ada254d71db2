x = 'a'
for wrong in (lambda: 'a' + 1, lambda: b'a' + 'b', lambda: [1] + (2,), lambda: bytearray(b'a') + 'b', lambda: 1 + 'a'):
    try:
        print(wrong())
    except TypeError as e:
        print(e)
print('a' + 'b', b'a' + bytearray(b'b'), [1] + [2], bytearray(b'a') + b'b', 'no warning \d')
host, port = '127.0.0.1', 8989
print('port ' + port)
