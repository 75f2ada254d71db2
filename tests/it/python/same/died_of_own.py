class Refused(Exception):
    pass


def f():
    x = 1 + 2; raise Refused(f'not {x}', 7)


try:
    f()
finally:
    print('cleaning up')
