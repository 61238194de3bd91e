//! A way to a server that is not the server's own address, and that may change what passes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Bytes that are put in place of others, of the same length.
type Replacement = (&'static str, &'static str);

/// Listens on an address of its own and passes everything on. It ends with the process.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    target: Arc<Mutex<String>>,
}

impl Proxy {
    /// A proxy on a free port of this address of the machine. What clients send passes with the replacements made.
    pub fn start(ip: &str, replacements: &'static [Replacement]) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let target = Arc::new(Mutex::new(String::new()));
        let to = target.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(to.lock().unwrap().as_str()) else { continue };
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || pass(client, server, replacements));
                std::thread::spawn(move || pass(back.0, back.1, &[]));
            }
        });
        Self { address, target }
    }

    /// Passes connections on to `address` from now on.
    pub fn lead_to(&self, address: &str) {
        address.clone_into(&mut self.target.lock().unwrap());
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, replacements: &[Replacement]) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        let bytes = &mut buffer[..length];
        for (old, new) in replacements {
            assert_eq!(old.len(), new.len(), "a replacement must not change the length");
            while let Some(at) = bytes.windows(old.len()).position(|window| window == old.as_bytes()) {
                bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
            }
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    _ = to.shutdown(Shutdown::Write);
}
