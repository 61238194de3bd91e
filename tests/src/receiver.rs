//! An HTTP receiver that keeps what arrives, and answers as it is told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long something may take to arrive on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method and the path.
    pub target: String,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Received {
    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Listens on this machine until the test ends.
#[derive(Debug)]
pub struct Receiver {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    patience: Duration,
}

impl Receiver {
    /// A receiver that answers every request with these bytes.
    pub fn answering(answer: &str) -> Self {
        let answer = answer.to_owned();
        Self::deciding(move |_| answer.clone())
    }

    /// A receiver that answers each request with the bytes that `answer` gives for it.
    pub fn deciding(answer: impl Fn(&Received) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (received.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || receive(stream.unwrap(), &kept, &*answer));
            }
        });
        Self { address, received, patience: PATIENCE }
    }

    /// The same receiver, which waits for so long for what is to arrive.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has arrived since the last call, once `enough` says that it is enough.
    pub fn wait_for(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let start = Instant::now();
        while start.elapsed() < self.patience {
            if enough(&self.received.lock().unwrap()) {
                return self.take();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("what was waited for did not arrive, but this: {:#?}", self.take());
    }

    /// What has arrived since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }
}

fn receive(mut stream: TcpStream, kept: &Mutex<Vec<Received>>, answer: &dyn Fn(&Received) -> String) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(request) = whole(&bytes) {
            let answer = answer(&request);
            kept.lock().unwrap().push(request);
            _ = stream.write_all(answer.as_bytes());
            return;
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
}

/// The request, once all of it has arrived.
fn whole(bytes: &[u8]) -> Option<Received> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let target = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    (body.len() >= length).then(|| Received { target, headers, body: body.to_owned() })
}
