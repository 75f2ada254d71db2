import socket
import nosuchmodule
