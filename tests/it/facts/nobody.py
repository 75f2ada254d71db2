# A server that never was.
input("Enter to end ")
