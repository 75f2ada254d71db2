import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('127.0.0.1', 8989))
server.listen(5)
print('ready')
for n in range(2):
    conn, address = server.accept()
    print('来自', address[0])
    while True:
        data = conn.recv(1024)
        if not data:
            break
        text = data.decode('gbk')
        print('收到', text, len(data))
        conn.sendall(text[::-1].encode('gbk'))
    conn.close()
server.close()
