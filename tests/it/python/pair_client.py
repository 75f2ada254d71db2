import socket

for name in ['张三', '李四']:
    s = socket.socket()
    s.connect(('127.0.0.1', 8989))
    for text in [f'我是{name}', '再见']:
        s.send(text.encode('gbk'))
        print(s.recv(1024).decode('gbk'))
    s.close()
s.send(b'too late')
