data = "你好".encode("gbk")[:3]
print(len(data))
print(data.decode("gbk"))
