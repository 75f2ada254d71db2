//! Python's address tuples to the kernel's addresses and back, with CPython's words for what is
//! wrong with them.
//!
//! Names are not looked up: nothing but numbers and `localhost` exists inside a lab.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyByteArray, PyBytes, PyStr, PyTuple,
};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use socket2::SockAddr;

use super::constants::{AF_INET, AF_INET6};

const EAI_NONAME: (i32, &str) = (-2, "Name or service not known");
const EAI_ADDRFAMILY: (i32, &str) = (-9, "Address family for hostname not supported");

/// The address argument of `caller`, for a socket of this family.
pub(super) fn parse(
    caller: &str,
    family: i32,
    address: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<SockAddr> {
    let (family_name, shape) = match family {
        AF_INET => ("AF_INET", "AF_INET address must be a pair (host, port)"),
        AF_INET6 => (
            "AF_INET6",
            "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])",
        ),
        _ => return Err(vm.new_os_error(format!("{caller}(): bad family"))),
    };
    let Some(tuple) = address.downcast_ref::<PyTuple>() else {
        let class = address.class().name().to_string();
        return Err(vm.new_type_error(format!(
            "{caller}(): {family_name} address must be tuple, not {class}"
        )));
    };
    let most = if family == AF_INET { 2 } else { 4 };
    let fields = tuple.as_slice();
    if !(2..=most).contains(&fields.len()) {
        return Err(vm.new_type_error(shape.to_owned()));
    }
    let host = host_text(&fields[0], vm)?;
    let port = int(&fields[1], vm)?;
    let more = |index: usize| fields.get(index).map_or(Ok(0), |field| int(field, vm));
    let (flow, scope) = (more(2)?, more(3)?);
    let ip = resolve(&host, family, vm)?;
    let Ok(port) = u16::try_from(port) else {
        return Err(vm.new_overflow_error(format!("{caller}(): port must be 0-65535.")));
    };
    if !(0..=0xfffff).contains(&flow) {
        return Err(vm.new_overflow_error(format!("{caller}(): flowinfo must be 0-1048575.")));
    }
    Ok(match ip {
        IpAddr::V4(ip) => SocketAddr::from((ip, port)).into(),
        IpAddr::V6(ip) => {
            let flow = u32::try_from(flow).unwrap_or(0);
            SocketAddr::V6(SocketAddrV6::new(
                ip,
                port,
                flow,
                u32::try_from(scope).unwrap_or(0),
            ))
            .into()
        }
    })
}

/// A whole number, or CPython's complaint.
pub(super) fn int(value: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let number = value.try_index(vm)?;
    i64::try_from(number.as_bigint())
        .map_err(|_| vm.new_overflow_error("Python int too large to convert to C long".to_owned()))
}

/// The host of an address; only a name of more than ASCII could need IDNA, and no name resolves.
pub(super) fn host_text(host: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    if let Some(text) = host.downcast_ref::<PyStr>() {
        Ok(text.to_string_lossy().into_owned())
    } else if let Some(bytes) = host.downcast_ref::<PyBytes>() {
        Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
    } else if let Some(bytes) = host.downcast_ref::<PyByteArray>() {
        Ok(String::from_utf8_lossy(&bytes.borrow_buf()).into_owned())
    } else {
        let class = host.class().name().to_string();
        Err(vm.new_type_error(format!("str, bytes or bytearray expected, not {class}")))
    }
}

/// What the host stands for: a number, the wildcard, or this machine.
pub(super) fn resolve(host: &str, family: i32, vm: &VirtualMachine) -> PyResult<IpAddr> {
    let found: Option<IpAddr> = match (host, family) {
        ("", AF_INET) => Some(Ipv4Addr::UNSPECIFIED.into()),
        ("", _) => Some(Ipv6Addr::UNSPECIFIED.into()),
        ("<broadcast>" | "255.255.255.255", AF_INET) => Some(Ipv4Addr::BROADCAST.into()),
        ("localhost" | "localhost.localdomain", AF_INET) => Some(Ipv4Addr::LOCALHOST.into()),
        ("localhost" | "localhost.localdomain", _) => Some(Ipv6Addr::LOCALHOST.into()),
        _ => aton(host)
            .map(Into::into)
            .or_else(|| host.parse::<Ipv6Addr>().ok().map(Into::into)),
    };
    match found {
        Some(ip) if ip.is_ipv4() == (family == AF_INET) => Ok(ip),
        Some(_) => Err(gaierror(EAI_ADDRFAMILY, vm)?),
        None => Err(gaierror(EAI_NONAME, vm)?),
    }
}

/// `inet_aton`: also `127.1`, `0x7f.1` and one number for all four bytes.
pub(super) fn aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = text
        .split('.')
        .map(|part| {
            let (digits, radix) = match part.as_bytes() {
                [b'0', b'x' | b'X', ..] => (&part[2..], 16),
                [b'0', _, ..] => (&part[1..], 8),
                _ => (part, 10),
            };
            let is_number =
                !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_number
                .then(|| u32::from_str_radix(digits, radix).ok())
                .flatten()
        })
        .collect::<Option<_>>()?;
    let (&last, leading) = parts.split_last()?;
    // The last number fills all the bytes that the others left.
    if leading.len() > 3 || leading.iter().any(|&part| part > 255) {
        return None;
    }
    let room = 8 * (4 - leading.len() as u32);
    if u64::from(last) >= 1 << room {
        return None;
    }
    let high = leading
        .iter()
        .enumerate()
        .map(|(index, part)| part << (24 - 8 * index))
        .sum::<u32>();
    Some(Ipv4Addr::from(high + last))
}

pub(super) fn no_such_name(vm: &VirtualMachine) -> PyBaseExceptionRef {
    gaierror(EAI_NONAME, vm).unwrap_or_else(|error| error)
}

fn gaierror((number, text): (i32, &str), vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let class = vm.import("socket", 0)?.get_attr("gaierror", vm)?;
    let made = class.call((number, text), vm)?;
    made.downcast::<PyBaseException>()
        .map_err(|_| vm.new_type_error("gaierror is not an exception".to_owned()))
}

/// The tuple that Python programs see.
pub(super) fn tuple(address: &SockAddr, vm: &VirtualMachine) -> PyObjectRef {
    match address.as_socket() {
        Some(SocketAddr::V4(v4)) => vm.new_tuple((v4.ip().to_string(), v4.port())).into(),
        Some(SocketAddr::V6(v6)) => vm
            .new_tuple((v6.ip().to_string(), v6.port(), v6.flowinfo(), v6.scope_id()))
            .into(),
        None => vm.ctx.none(),
    }
}

/// Of a stream there is no sender.
pub(super) fn shown_or_none(address: &Option<SockAddr>) -> String {
    address.as_ref().map_or_else(|| "None".to_owned(), shown)
}

/// The same tuple, as text.
pub(super) fn shown(address: &SockAddr) -> String {
    match address.as_socket() {
        Some(SocketAddr::V4(v4)) => format!("('{}', {})", v4.ip(), v4.port()),
        Some(SocketAddr::V6(v6)) => {
            format!(
                "('{}', {}, {}, {})",
                v6.ip(),
                v6.port(),
                v6.flowinfo(),
                v6.scope_id()
            )
        }
        None => "None".to_owned(),
    }
}
