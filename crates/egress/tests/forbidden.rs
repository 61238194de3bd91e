//! No way of writing an address leads to a place that is not public, and what was allowed can be reached.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use bytes::Bytes;
use egress::{Egress, Network, Resolve};
use ports::{PostError, PostRequest, Poster};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Gives names the addresses it was told, one list after the other, and refuses to be asked for what it does not know.
#[derive(Default)]
struct Names {
    known: Mutex<BTreeMap<String, Vec<Vec<IpAddr>>>>,
    asked: AtomicU32,
}

impl Names {
    fn with(names: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |lists: &[&[&str]]| -> Vec<Vec<IpAddr>> {
            lists.iter().map(|list| list.iter().map(|address| address.parse().unwrap()).collect()).collect()
        };
        let known = names.iter().map(|(name, lists)| ((*name).to_owned(), parse(lists))).collect();
        Arc::new(Self { known: Mutex::new(known), asked: AtomicU32::new(0) })
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known.lock().unwrap();
        let lists = known.get_mut(host).ok_or_else(|| io::Error::other("no such name"))?;
        Ok(if lists.len() > 1 { lists.remove(0) } else { lists[0].clone() })
    }
}

async fn post(egress: &Egress, url: &str) -> Result<u16, PostError> {
    let request = PostRequest { url: url.to_owned(), headers: Vec::new(), body: Bytes::from_static(b"{}") };
    egress.post(request).await.map(|answer| answer.status)
}

/// A server on this machine that counts connections and answers each with these bytes.
async fn server(answer: &'static str) -> (u16, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                _ = stream.read(&mut buffer).await;
                _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (port, count)
}

/// Hosts that lead, or may be taken to lead, to this machine or to another special place. Each is tried with both schemes.
const FORMS: &[&str] = &[
    // this machine, as an address of version 4
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0X7F.1",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "00.00.00.00",
    "4294967295",
    "127.0.0.01",
    "%31%32%37.0.0.1",
    "①②⑦.⓪.⓪.①",
    // as an address of version 6
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::80ff:fffe]",
    "[fe80::1%25eth0]",
    "[fe80::1]",
    // private networks and special places
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "2852039166",
    "0xa9fea9fe",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    // names
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "metadata.google.internal",
    "instance-data",
    "internal.example.com",
    "rebinding.example.com",
    "mixed.example.com",
    // whoever reads these otherwise
    "example.com@127.0.0.1",
    "127.0.0.1@example.com",
    "user:password@127.0.0.1",
    "127.0.0.1#@example.com",
    "127.0.0.1\\@example.com",
    "example.com:80@127.0.0.1",
    "",
    ".",
    "-",
    "a b",
];

#[tokio::test]
async fn no_form_of_a_special_address_is_connected_to() {
    let (port, connections) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let local: &[&[&str]] = &[&["127.0.0.1", "::1"]];
    let names = Names::with(&[
        ("localhost", local),
        ("LOCALHOST", local),
        ("localhost.", local),
        ("a.localhost", local),
        ("metadata.google.internal", &[&["169.254.169.254"]]),
        ("instance-data", &[&["169.254.169.254"]]),
        ("internal.example.com", &[&["10.0.0.5", "fc00::5"]]),
        ("rebinding.example.com", local),
        ("mixed.example.com", &[&["127.0.0.1", "::ffff:10.0.0.1", "fe80::1"]]),
    ]);
    let guarded = Egress::with_resolver(Vec::new(), names);
    let system = Egress::new(Vec::new());
    let mut tried = 0;
    for form in FORMS {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{form}:{port}/latest/meta-data");
            for egress in [&guarded, &system] {
                let refused = post(egress, &url).await.unwrap_err();
                let by_guard = matches!(refused, PostError::Url { .. } | PostError::Forbidden { .. });
                // What no resolver knows is not connected to either.
                let unknown =
                    matches!(&refused, PostError::Unavailable(cause) if !cause.to_string().contains("refused"));
                assert!(by_guard || unknown, "{url}: {refused}");
                tried += 1;
            }
        }
    }
    for url in
        ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/", "/", "https:/127.0.0.1"]
    {
        assert!(matches!(post(&system, url).await, Err(PostError::Url { .. })), "{url}");
    }
    assert!(tried >= 40 * 4);
    assert_eq!(connections.load(Ordering::Relaxed), 0, "somebody was connected to");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_next_time_gains_nothing() {
    let (port, connections) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // Public when somebody looks, special when it is used.
    let names = Names::with(&[("rebinding.example.com", &[&["93.184.216.34"], &["127.0.0.1"]])]);
    let egress = Egress::with_resolver(Vec::new(), names.clone());
    let url = format!("https://rebinding.example.com:{port}/");
    assert!(egress.check(&url).is_ok());
    assert_eq!(names.asked.load(Ordering::Relaxed), 0, "checking asks nobody");
    names.resolve("rebinding.example.com").await.unwrap();
    assert!(matches!(post(&egress, &url).await, Err(PostError::Forbidden { .. })));
    // Each use looks the name up once, so that there is no second answer to be had.
    assert_eq!(names.asked.load(Ordering::Relaxed), 2);
    assert_eq!(connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_was_allowed_is_reached_and_nothing_beside_it() {
    let (port, connections) = server("HTTP/1.1 204 No Content\r\n\r\n").await;
    let names = Names::with(&[("receiver.example.com", &[&["10.0.0.1", "127.0.0.1"]])]);
    let allowed: Vec<Network> = vec!["127.0.0.1/32".parse().unwrap()];
    let egress = Egress::with_resolver(allowed, names);
    for host in ["127.0.0.1", "receiver.example.com", "[::ffff:127.0.0.1]"] {
        assert_eq!(post(&egress, &format!("http://{host}:{port}/")).await.unwrap(), 204, "{host}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 3);
    for host in ["127.0.0.2", "[::1]", "10.0.0.1"] {
        let refused = post(&egress, &format!("http://{host}:{port}/")).await;
        assert!(matches!(refused, Err(PostError::Forbidden { .. })), "{host}");
    }
    // In the clear to allowed addresses only.
    assert!(matches!(post(&egress, "http://93.184.216.34/").await, Err(PostError::Forbidden { .. })));
    assert_eq!(connections.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_are_cut() {
    let (target, followed) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let moved =
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\n\r\n");
    let (port, _) = server(Box::leak(moved.into_boxed_str())).await;
    let egress = Egress::new(vec!["127.0.0.1".parse().unwrap()]);
    assert_eq!(post(&egress, &format!("http://127.0.0.1:{port}/")).await.unwrap(), 307);
    assert_eq!(followed.load(Ordering::Relaxed), 0);

    let long = format!("HTTP/1.1 500 Oh\r\nretry-after: 120\r\n\r\n{}", "x".repeat(1 << 20));
    let (port, _) = server(Box::leak(long.into_boxed_str())).await;
    let url = format!("http://127.0.0.1:{port}/");
    let answer = egress.post(PostRequest { url, headers: Vec::new(), body: Bytes::new() }).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (500, 16 * 1024));
    assert_eq!(answer.retry_after, Some(std::time::Duration::from_secs(120)));
}

#[tokio::test]
async fn what_can_be_said_of_a_url_is_said_before_it_is_used() {
    let public = Egress::new(Vec::new());
    let allowing = Egress::new(vec!["127.0.0.1".parse().unwrap()]);
    for (url, alone, with_allowed) in [
        ("https://hooks.example.com/", true, true),
        ("http://hooks.example.com/", false, true),
        ("http://127.0.0.1:9000/", false, true),
        ("https://127.0.0.1/", false, true),
        ("https://10.0.0.1/", false, false),
        ("https://93.184.216.34/", true, true),
        ("http://93.184.216.34/", false, false),
        ("https://user@hooks.example.com/", false, false),
        ("https://2130706433/", false, false),
    ] {
        assert_eq!((public.check(url).is_ok(), allowing.check(url).is_ok()), (alone, with_allowed), "{url}");
    }
}
