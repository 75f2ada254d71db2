//! Programs that mean harm, or do it by accident: they get an exception, and nobody else notices.

use super::check;
use super::gate::{play, start};

/// Looks at everything that can be reached from an empty program without calling it.
const WALK: &str = "
import socket, struct, threading, time, sys, codecs, errno, itertools, builtins, _thread, _socket, _struct
bad = {'BuiltinImporter', 'FrozenImporter', 'FileFinder', 'ModuleSpec', '_imp', 'gc', 'marshal', '_io', 'posix', 'atexit'}
try:
    raise ValueError
except ValueError as caught:
    kept = caught
class Broken:
    def __getattr__(self, name): raise KeyError
module = type(sys)('m')
module.__spec__ = module.__loader__ = Broken()
try:
    repr(module)
except BaseException as caught:
    kept_too = caught
seen, todo, found = set(), [(globals(), 'globals')], []
for thing, way in todo:
    if len(seen) > 100000: break
    if id(thing) in seen or thing is seen or thing is todo or thing is bad or len(way) > 300: continue
    seen.add(id(thing))
    if isinstance(thing, (str, bytes, int, float)): continue
    try: name = getattr(thing, '__name__', None)
    except KeyError: name = None
    if isinstance(thing, (type, type(sys))) and isinstance(name, str) and name in bad: found.append(way)
    if isinstance(thing, dict):
        for key, value in list(thing.items()): todo.append((value, way + '[%r]' % (key,))) if key != 'todo' else None
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for value in list(thing)[:2000]: todo.append((value, way + '[]'))
    for name in set(dir(thing)) | {'__spec__', '__loader__', '__globals__', '__closure__', '__self__', '__dict__', '__mro__', '__class__', 'cell_contents', 'tb_frame', 'f_globals', 'f_builtins', 'f_locals', 'f_back', 'gi_frame', '__traceback__', '__context__'}:
        try:
            value = getattr(thing, name)
            # What is made anew at each look would never end: a bound method, a slot's wrapper.
            if value is not getattr(thing, name) and way.count('.') > 2: continue
        except BaseException: continue
        if type(value).__name__ == 'method-wrapper' or callable(value) and getattr(value, '__self__', None) is thing and not isinstance(thing, type(sys)): continue
        todo.append((value, way + '.' + name))
print(500 < len(seen) < 100000, found[:5])
";

#[test]
fn nothing_that_imports_can_be_reached() {
    check(WALK, "True []\n");
    check(
        "import codecs\nprint(getattr(codecs, '__spec__', None), getattr(codecs, '__loader__', None))\ntry:\n    type.__subclasses__(object)\nexcept AttributeError as e:\n    print('none')\nimport sys\nprint(hasattr(sys, '_getframe'), sys)\n",
        "None None\nnone\nFalse <module 'sys' (built-in)>\n",
    );
}

#[test]
fn bytecode_is_only_made_by_the_compiler() {
    check(
        "def f(): return 1\nc = f.__code__\nfor what in (lambda: c.replace(co_code=b''), lambda: c.__replace__(co_code=b''), lambda: type(c)(0,0,0,0,0,0,b'',(),(),(),'','','',0,b'',b''), lambda: type(c).__new__(type(c), 0)):\n    try: print(what())\n    except (AttributeError, TypeError) as e: print('no')\n",
        "no\nno\nno\nno\n",
    );
}

#[test]
fn sockets_are_tcp_and_udp_over_ip() {
    check(
        "import socket\nfor args in [(1,1),(16,3),(40,1),(17,3),(2,1,262),(2,2,136),(2,3),(2,5),(2,1,17),(0,1),(2,99),(2,1,300)]:\n    try: socket.socket(*args); print(args)\n    except OSError as e: print(e)\nfor args in [(2,1,6),(10,2,17),(2,1|2048|524288)]: print(int(socket.socket(*args).type))\n",
        "[Errno 97] Address family not supported by protocol\n[Errno 97] Address family not supported by protocol\n[Errno 97] Address family not supported by protocol\n[Errno 97] Address family not supported by protocol\n[Errno 93] Protocol not supported\n[Errno 93] Protocol not supported\n[Errno 93] Protocol not supported\n[Errno 94] Socket type not supported\n[Errno 93] Protocol not supported\n[Errno 97] Address family not supported by protocol\n[Errno 22] Invalid argument\n[Errno 22] Invalid argument\n1\n2\n1\n",
    );
}

#[test]
fn options_are_those_with_a_name_here() {
    check(
        "import socket\ns = socket.socket()\nfor name in (25, 26, 42, 50, 51, 52):\n    try: print(s.getsockopt(1, name, 1024))\n    except OSError as e: print(e)\n    try: s.setsockopt(1, name, b'lo'); print('set')\n    except OSError as e: print(e.errno)\ntry: s.setsockopt(1, 2, bytes(5000))\nexcept OSError as e: print(e)\ntry: s.getsockopt(1, 2, 1025)\nexcept OSError as e: print(e)\n",
        &("[Errno 92] Protocol not available\n92\n".repeat(6)
            + "[Errno 22] Invalid argument\ngetsockopt buflen out of range\n"),
    );
}

#[test]
fn threads_that_are_over_make_room_for_others() {
    check(
        "import threading\nfor i in range(300):\n    t = threading.Thread(target=lambda: None)\n    t.start()\n    t.join()\nprint(i)\n",
        "299\n",
    );
}

#[test]
fn the_gate_hears_of_every_thread() {
    // The loop is long enough that the main thread has come to wait for this one.
    let source = "import threading\ndef f():\n    for _ in range(1_000_000): pass\n    \
                  input('?'); 1/0\nthreading.Thread(target=f).start()\n";
    let threads = start("server.py", source, &["a"]).end().record.threads;
    let of = |who: &str| -> Vec<_> {
        let of_thread = threads.iter().filter(|said| said.starts_with(who));
        of_thread.cloned().collect()
    };
    assert_eq!(of("1 "), ["1 starts", "1 asks", "1 ends"]);
    let main = of("0 ");
    assert_eq!(main.last().map(String::as_str), Some("0 idle Ends"));
    assert!(main.contains(&"0 idle Begins".to_owned()), "{main:?}");
}

#[test]
fn special_flags_of_recv_are_not_ignored() {
    check(SPECIAL_FLAGS, SPECIAL_ANSWERS);
}

/// The length of a cut datagram, the empty error queue, and urgent data, as CPython gets them.
const SPECIAL_FLAGS: &str = "
import socket
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(('127.0.0.1', 0))
a.sendto(b'0123', a.getsockname())
print(len(a.recv(2, 0x20 | socket.MSG_DONTWAIT)))
for flags in (0x20, 0x2000):
    try: print(a.recv(2, flags | socket.MSG_DONTWAIT))
    except OSError as e: print(e)
l = socket.socket()
l.bind(('127.0.0.1', 0))
l.listen(1)
c = socket.create_connection(l.getsockname())
s, _ = l.accept()
try: s.recv(1, socket.MSG_OOB)
except OSError as e: print(e)
c.send(b'ab')
c.send(b'!', socket.MSG_OOB)
print(s.recv(2))
print(s.recv(1, socket.MSG_OOB))
";
const SPECIAL_ANSWERS: &str = "\
4
[Errno 11] Resource temporarily unavailable
[Errno 11] Resource temporarily unavailable
[Errno 22] Invalid argument
b'ab'
b'!'
";

#[test]
fn deep_sources_are_refused() {
    const MANY: usize = 50_000;
    for (source, error) in [
        ("(".repeat(MANY), "SyntaxError: too many nested parentheses"),
        (
            "f(".repeat(MANY),
            "SyntaxError: too many nested parentheses",
        ),
        ("-".repeat(MANY), "during compilation"),
        ("x".to_owned() + &".a".repeat(MANY), "during compilation"),
        ("1+".repeat(MANY) + "1", "during compilation"),
        ("not ".repeat(MANY) + "1", "during compilation"),
        ("x".to_owned() + &"()".repeat(MANY), "during compilation"),
        ("lambda x,y:".repeat(20_000) + "1", "during compilation"),
        ("1 if 1 else ".repeat(15_000) + "1", "during compilation"),
        ("f'{".repeat(MANY), "SyntaxError"),
        (
            "x = 1\n".repeat(MANY),
            "SyntaxError: source is longer than 256 KiB",
        ),
    ] {
        let start: String = source.chars().take(12).collect();
        let said = play(&source).ending.traceback.unwrap_or_default();
        assert!(
            said.contains(error),
            "{start}: {}",
            said.lines().last().unwrap_or_default()
        );
    }
    check(
        "for call in (eval, exec, lambda s: compile(s, '', 'exec')):\n    for source in ('(' * 9999, '-' * 9999 + '1', b'-' * 9999 + b'1'):\n        try: call(source)\n        except (SyntaxError, RecursionError) as e: print(type(e).__name__)\nx = 5\ndef f(y): return eval('x + y')\nprint(f(2))\nexec('z = 3')\nprint(z)\n",
        &("SyntaxError\nRecursionError\nRecursionError\n".repeat(3) + "7\n3\n"),
    );
}

#[test]
fn deep_but_bearable_sources_run() {
    for source in [
        "(".repeat(190) + "1" + &")".repeat(190),
        "-".repeat(990) + "1",
        "1+".repeat(990) + "1",
        "lambda:".repeat(490) + "1",
        "1 if 1 else ".repeat(330) + "1",
        "x = {".to_owned() + &"1: 'a', ".repeat(5000) + "}",
        "'a' ".repeat(900),
        "x = y = print\ny".to_owned() + &"\nx".repeat(900),
    ] {
        assert_eq!(play(&source).output(), "", "{}", &source[..12]);
    }
}

#[test]
fn line_ends_are_one_letter() {
    check("x = '''a\r\nb\rc'''\r\nprint(repr(x))\r\n", "'a\\nb\\nc'\n");
}
