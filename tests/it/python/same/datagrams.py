import socket

a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(('127.0.0.1', 0))
b.bind(('127.0.0.1', 0))
print(a.sendto('你好'.encode('gb18030'), b.getsockname()))
data, address = b.recvfrom(100)
print(data.decode('gb18030'), address == a.getsockname())
a.connect(b.getsockname())
print(a.send(b'xyz'), b.recv(2))
print(a.send(b''), b.recvfrom(10)[0])
b.sendto(b'back', socket.MSG_DONTWAIT, a.getsockname())
print(a.recv(100), a.getpeername() == b.getsockname())
a.send(b'into')
buffer = bytearray(6)
print(b.recvfrom_into(buffer)[0], buffer)
for arguments in (b'x',), (bytearray(2), 5), (bytearray(2), -1), ('text',):
    try:
        b.recvfrom_into(*arguments)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
a.close()
b.close()
