def divide(a, b):
    return a / b


class Calculator:
    def run(self, values):
        total = 0
        for v in values:
            total += divide(v, v - 2) * 2
        return total


print('begin')
Calculator().run([1, 2, 3])
