//! The module's functions: byte order, addresses as text, and names without a resolver.

#[rustpython_vm::pymodule(sub)]
pub(super) mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use rustpython_vm::builtins::{PyBytes, PyDictRef};
    use rustpython_vm::function::{ArgBytesLike, OptionalArg};
    use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

    use crate::python::running::Here;
    use crate::python::socket::address::{aton, host_text, int, no_such_name, resolve};
    use crate::python::socket::arguments::{timeout_from, timeout_object};
    use crate::python::socket::constants::{AF_INET, AF_INET6, ALL};

    fn short(function: &str, value: &PyObject, vm: &VirtualMachine) -> PyResult<u16> {
        let number = int(value, vm)?;
        let problem = if number < 0 {
            "can't convert negative Python int to C 16-bit unsigned integer"
        } else {
            "Python int too large to convert to C 16-bit unsigned integer"
        };
        u16::try_from(number).map_err(|_| vm.new_overflow_error(format!("{function}: {problem}")))
    }

    fn long(value: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
        u32::try_from(int(value, vm)?)
            .map_err(|_| vm.new_overflow_error("int larger than 32 bits".to_owned()))
    }

    /// Every constant of the module, for `socket.py`.
    #[pyfunction]
    fn _numbers(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let numbers = vm.ctx.new_dict();
        for (name, number) in ALL {
            numbers.set_item(*name, vm.new_pyobj(*number), vm)?;
        }
        Ok(numbers)
    }

    #[pyfunction]
    fn htons(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<u16> {
        Ok(short("htons", &value, vm)?.to_be())
    }

    #[pyfunction]
    fn ntohs(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<u16> {
        Ok(u16::from_be(short("ntohs", &value, vm)?))
    }

    #[pyfunction]
    fn htonl(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<u32> {
        Ok(long(&value, vm)?.to_be())
    }

    #[pyfunction]
    fn ntohl(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<u32> {
        Ok(u32::from_be(long(&value, vm)?))
    }

    #[pyfunction]
    fn inet_aton(text: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyBytes>> {
        match aton(&host_text(&text, vm)?) {
            Some(ip) => Ok(vm.ctx.new_bytes(ip.octets().to_vec())),
            None => {
                Err(vm.new_os_error("illegal IP address string passed to inet_aton".to_owned()))
            }
        }
    }

    #[pyfunction]
    fn inet_ntoa(packed: ArgBytesLike, vm: &VirtualMachine) -> PyResult<String> {
        match <[u8; 4]>::try_from(&*packed.borrow_buf()) {
            Ok(octets) => Ok(Ipv4Addr::from(octets).to_string()),
            Err(_) => Err(vm.new_os_error("packed IP wrong length for inet_ntoa".to_owned())),
        }
    }

    #[pyfunction]
    fn inet_pton(family: i32, text: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyBytes>> {
        let text = host_text(&text, vm)?;
        let octets = match family {
            AF_INET => text.parse::<Ipv4Addr>().map(|ip| ip.octets().to_vec()),
            AF_INET6 => text.parse::<Ipv6Addr>().map(|ip| ip.octets().to_vec()),
            _ => return Err(vm.new_os_error(format!("unknown address family {family}"))),
        };
        octets.map(|octets| vm.ctx.new_bytes(octets)).map_err(|_| {
            vm.new_os_error("illegal IP address string passed to inet_pton".to_owned())
        })
    }

    #[pyfunction]
    fn inet_ntop(family: i32, packed: ArgBytesLike, vm: &VirtualMachine) -> PyResult<String> {
        let packed = packed.borrow_buf().to_vec();
        let text = match family {
            AF_INET => <[u8; 4]>::try_from(packed).map(|octets| Ipv4Addr::from(octets).to_string()),
            AF_INET6 => {
                <[u8; 16]>::try_from(packed).map(|octets| Ipv6Addr::from(octets).to_string())
            }
            _ => return Err(vm.new_value_error(format!("unknown address family {family}"))),
        };
        text.map_err(|_| {
            vm.new_value_error("invalid length of packed IP address string".to_owned())
        })
    }

    /// The lab's hosts carry the program's own name, which is the file's without its ending.
    #[pyfunction]
    fn gethostname() -> String {
        let file = Here::get().running.file.clone();
        file.trim_end_matches(".py").to_owned()
    }

    #[pyfunction]
    fn gethostbyname(host: PyObjectRef, vm: &VirtualMachine) -> PyResult<String> {
        Ok(resolve(&host_text(&host, vm)?, AF_INET, vm)?.to_string())
    }

    /// The address that `getaddrinfo` finds for a host: as text, with its family.
    #[pyfunction]
    fn _lookup(
        host: PyObjectRef,
        is_passive: bool,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<PyObjectRef>> {
        let found: Vec<IpAddr> = if vm.is_none(&host) {
            match is_passive {
                true => vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
                false => vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
            }
        } else {
            let host = host_text(&host, vm)?;
            match host.as_str() {
                "" => return Err(no_such_name(vm)),
                text if text.contains(':') => vec![resolve(text, AF_INET6, vm)?],
                text => vec![resolve(text, AF_INET, vm)?],
            }
        };
        let pair = |ip: IpAddr| {
            let family = if ip.is_ipv4() { AF_INET } else { AF_INET6 };
            vm.new_tuple((family, ip.to_string())).into()
        };
        Ok(found.into_iter().map(pair).collect())
    }

    #[pyfunction]
    fn setdefaulttimeout(timeout: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let timeout = timeout_from(&timeout, vm)?;
        *Here::get().running.default_timeout.lock() = timeout;
        Ok(())
    }

    #[pyfunction]
    fn getdefaulttimeout(_: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyObjectRef {
        timeout_object(*Here::get().running.default_timeout.lock(), vm)
    }
}
