//! A tube: its input goes into TLS, and what comes out of TLS is its output. The input ^rekey^
//! changes the keys of both sides, since rustls 0.23. When the input ends it sends close_notify; an
//! end of the output without one is an error.
//!
//! tube PORT AUTHORITY.der VERSION

use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{channel, Receiver, TryRecvError};
use std::sync::Arc;
use std::time::Duration;

// rustls 0.20 and 0.21
#[cfg(feature = "old")]
fn configure(authority: Vec<u8>, version: &'static SupportedProtocolVersion) -> ClientConfig {
    let mut roots = RootCertStore::empty();

    roots.add(&rustls::Certificate(authority)).unwrap();
    ClientConfig::builder()
        .with_safe_default_cipher_suites()
        .with_safe_default_kx_groups()
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(not(feature = "old"))]
fn configure(authority: Vec<u8>, version: &'static SupportedProtocolVersion) -> ClientConfig {
    let mut roots = RootCertStore::empty();

    roots.add(authority.into()).unwrap();
    ClientConfig::builder_with_protocol_versions(&[version])
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(feature = "old")]
fn update_keys(_tls: &mut ClientConnection) {
    panic!("this rustls cannot change its keys");
}

#[cfg(not(feature = "old"))]
fn update_keys(tls: &mut ClientConnection) {
    tls.refresh_traffic_keys().unwrap();
}

/// The input, in pieces.
fn read_input() -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();

    std::thread::spawn(move || {
        let mut bytes = vec![0; 65536];
        loop {
            let length = io::stdin().read(&mut bytes).unwrap();
            if length == 0 || sender.send(bytes[..length].to_vec()).is_err() {
                return; // the end of the channel is the end of the input
            }
        }
    });
    receiver
}

/// False: the server has sent close_notify.
fn receive(tls: &mut ClientConnection, socket: &mut TcpStream) -> bool {
    match tls.read_tls(socket) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
        result => result.unwrap(),
    };
    let state = tls.process_new_packets().unwrap();
    let mut bytes = vec![0; state.plaintext_bytes_to_read()];
    tls.reader().read_exact(&mut bytes).unwrap();
    io::stdout().write_all(&bytes).unwrap();
    io::stdout().flush().unwrap();
    if state.peer_has_closed() {
        return false;
    }
    // It fails if the connection has ended without close_notify.
    match tls.reader().read(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => true,
        result => panic!("{:?}", result),
    }
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let version = match words[3].as_str() {
        "1.2" => &rustls::version::TLS12,
        _ => &rustls::version::TLS13,
    };
    let config = configure(std::fs::read(&words[2]).unwrap(), version);
    let mut tls = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(format!("localhost:{}", words[1])).unwrap();
    let input = read_input();
    let mut has_ended = false;

    socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    loop {
        match input.try_recv() {
            Ok(bytes) if bytes == b"^rekey^\n" => update_keys(&mut tls),
            Ok(bytes) => tls.writer().write_all(&bytes).unwrap(),
            Err(TryRecvError::Empty) => (),
            Err(TryRecvError::Disconnected) if has_ended => (),
            Err(TryRecvError::Disconnected) => {
                tls.send_close_notify();
                has_ended = true;
            }
        }
        while tls.wants_write() {
            tls.write_tls(&mut socket).unwrap();
        }
        if !receive(&mut tls, &mut socket) {
            return;
        }
    }
}
