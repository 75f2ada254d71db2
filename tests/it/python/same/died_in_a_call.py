import socket


class Server:
    def __init__(self):
        self.s = socket.socket()

    def start(self):
        self.s.bind(
            ('256.256.256.256.invalid', 80)
        )


if __name__ == '__main__':
    Server().start()
