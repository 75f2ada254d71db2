import sys

print()
print('a', 1, None, [1, 'x'], {'k': (1,)}, sep='-', end='!\n')
print('中文', '。', sep='')
print('no newline', end='')
print()
sys.stdout.write('written\n')
print('x', file=sys.stdout, flush=True)
print(sys.argv[1:], __name__)
try:
    print('a', sep=1)
except TypeError as e:
    print(e)
try:
    print('a', colour=1)
except TypeError as e:
    print(e)


class C:
    def __str__(self):
        return 'a C'


print(C(), f'{C()!s:>6}|', '%5.2f|%-4d|%s' % (3.14159, 7, b'x'))
sys.exit('over')
