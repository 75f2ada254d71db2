//! There is no way out of a program: no files, no processes, no modules but ours.

use super::check;

/// The program must print `no`: each line of it is tried, and nothing may come of it.
#[track_caller]
fn check_fails(line: &str, error: &str) {
    check(
        &format!(
            "import sys, socket\ntry:\n    {line}\n    print('got through')\nexcept Exception as e:\n    print(type(e).__name__)\n"
        ),
        &format!("{error}\n"),
    );
}

#[test]
fn there_are_no_files() {
    check_fails("open('/etc/passwd')", "NameError");
    check_fails("__builtins__.open('/etc/passwd')", "AttributeError");
    check_fails("__builtins__.__dict__['open']('x')", "KeyError");
    check_fails(
        "import codecs; codecs.open('/etc/passwd')",
        "ModuleNotFoundError",
    );
    check_fails("exec(\"open('/etc/passwd')\")", "NameError");
    check_fails("sys.stdout.buffer.raw", "AttributeError");
    check_fails("sys.stdin.__class__('/etc/passwd')", "TypeError");
}

#[test]
fn modules_that_reach_out_do_not_exist() {
    let names = "os io _io posix nt subprocess _posixsubprocess ctypes _ctypes _imp imp importlib \
        _frozen_importlib _frozen_importlib_external importlib.util marshal gc signal _signal mmap shutil \
        pathlib tempfile multiprocessing builtins.open site pty fcntl resource atexit asyncio runpy";
    let source = format!(
        "import sys, socket, threading, struct, time, codecs\nfor name in {:?}.split():\n    if name in sys.modules: print(name)\n    try: print(__import__(name))\n    except ModuleNotFoundError: pass\n",
        names
    );
    check(&source, "");
}

#[test]
fn the_import_machinery_is_gone() {
    for name in [
        "meta_path",
        "path_hooks",
        "settrace",
        "setprofile",
        "_current_frames",
        "addaudithook",
    ] {
        check_fails(&format!("sys.{name}"), "AttributeError");
    }
    check_fails("__loader__.load_module('os')", "AttributeError");
    check_fails("__spec__.loader.load_module('os')", "AttributeError");
    check_fails("sys.__loader__.load_module('os')", "AttributeError");
    check_fails("socket.__loader__.load_module('os')", "AttributeError");
    check_fails("__builtins__.__loader__", "AttributeError");
    check_fails("socket.__spec__.loader", "AttributeError");
    check_fails("sys.__spec__.loader", "AttributeError");
    check_fails("sys.modules['time'].__spec__.loader", "KeyError");
}

#[test]
fn a_missing_module_is_missing_in_cpythons_words() {
    check(
        "import requests\n",
        "Traceback (most recent call last):\n  File \"server.py\", line 1, in <module>\n    import requests\nModuleNotFoundError: No module named 'requests'\n",
    );
    check(
        "try:\n    import socket.thing\nexcept ImportError as e:\n    print(e, e.name)\ntry:\n    from socket import nothing\nexcept ImportError as e:\n    print(str(e)[:46])\n",
        "No module named 'socket.thing'; 'socket' is not a package socket.thing\ncannot import name 'nothing' from 'socket' (un\n",
    );
}
