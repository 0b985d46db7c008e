//! HTTP/1.1 by hand, because a fault is a matter of single bytes.
//!
//! The last byte of a request is only peeked at until [`accept`]: a socket that is closed with unread bytes
//! is reset by the kernel, one that was read to the end is closed in order. Tests need both.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::live::now;

/// How long a read waits before it looks whether the server is being stopped.
const LOOK: Duration = Duration::from_millis(50);

/// Longest head; also how much one peek can see.
const HEAD: usize = 64 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(crate) method: String,
    /// Path and query, without the host that a proxy is told.
    pub(crate) target: String,
    /// The whole URL, when it came as to a proxy.
    pub(crate) proxied: Option<String>,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        form(self.target.split_once('?')?.1, name)
    }

    /// A parameter of a form in the body.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        form(std::str::from_utf8(&self.body).ok()?, name)
    }
}

fn form(pairs: &str, name: &str) -> Option<String> {
    let mut pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| percent_decoded(value))
}

/// Undoes `%XX`; what is no such escape stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = rest.get(1..3).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &rest[3..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = behind;
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Waits for a request, all but its last byte, which is only looked at; `None` when the peer has closed the connection
/// or `is_stopping` says so.
pub(super) fn read(stream: &mut TcpStream, is_stopping: &dyn Fn() -> bool) -> io::Result<Option<Request>> {
    stream.set_read_timeout(Some(LOOK))?;
    let Some(head_length) = peek_head(stream, is_stopping)? else { return Ok(None) };
    let mut head = vec![0; head_length - 1];
    read_all(stream, &mut head, is_stopping)?;
    head.push(b'\n');
    let mut request = parse_head(&String::from_utf8_lossy(&head));
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    if length > 0 {
        read_all(stream, &mut [0], is_stopping)?;
        request.body = vec![0; length - 1];
        read_all(stream, &mut request.body, is_stopping)?;
        let mut last = [0];
        while peek(stream, &mut last)? == 0 {
            if is_stopping() {
                return Ok(None);
            }
        }
        request.body.push(last[0]);
    }
    Ok(Some(request))
}

/// Takes the last byte: from here on the connection closes in order.
pub(super) fn accept(stream: &mut TcpStream) -> io::Result<()> {
    stream.read_exact(&mut [0])
}

/// Bytes that can be seen now; 0 when none came in time.
fn peek(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    match stream.peek(buffer) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(seen) => Ok(seen),
        Err(error) if is_timeout(&error) => Ok(0),
        Err(error) => Err(error),
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

fn peek_head(stream: &TcpStream, is_stopping: &dyn Fn() -> bool) -> io::Result<Option<usize>> {
    let mut seen = vec![0; HEAD];
    let mut before = 0;
    loop {
        if is_stopping() {
            return Ok(None);
        }
        let length = match peek(stream, &mut seen) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && before == 0 => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(end) = seen[..length].windows(4).position(|four| four == b"\r\n\r\n") {
            return Ok(Some(end + 4));
        }
        if length == before && length > 0 {
            // Peeking does not wait for more than there is.
            std::thread::sleep(Duration::from_millis(1));
        }
        before = length;
    }
}

fn read_all(stream: &mut TcpStream, mut buffer: &mut [u8], is_stopping: &dyn Fn() -> bool) -> io::Result<()> {
    while !buffer.is_empty() {
        match stream.read(buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => buffer = &mut buffer[read..],
            Err(error) if is_timeout(&error) && !is_stopping() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn parse_head(head: &str) -> Request {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let url = first.next().unwrap_or_default().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let behind_scheme = url.split_once("://").map(|(_, rest)| rest);
    let target = match behind_scheme {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]).to_owned(),
        None => url.clone(),
    };
    let proxied = (behind_scheme.is_some() || method == "CONNECT").then_some(url);
    Request { method, target, proxied, headers, body: Vec::new() }
}

/// An answer of known length.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// The code of an error where the protocol wants it in a header.
    pub(crate) error_type: Option<String>,
    /// Whether it is from somebody who is not AWS, and so names no request.
    pub(crate) is_foreign: bool,
    /// `Date` header.
    pub(crate) date: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn ok(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type, error_type: None, is_foreign: false, date: None, body: body.into() }
    }

    /// Its bytes on the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let error_type =
            self.error_type.as_ref().map(|code| format!("x-amzn-errortype: {code}\r\n")).unwrap_or_default();
        let date = self.date.as_ref().map(|date| format!("date: {date}\r\n")).unwrap_or_default();
        let request_id = "x-amzn-requestid: 00000000-0000-4000-8000-000000000000\r\n";
        let request_id = if self.is_foreign { "" } else { request_id };
        let head = format!(
            "HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\n{request_id}{date}{error_type}\r\n",
            self.status,
            if self.status == 200 { "OK" } else { "Error" },
            self.content_type,
            self.body.len()
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Writes `bytes` in pieces that are spread over `time`.
pub(super) fn dribble(stream: &mut TcpStream, bytes: &[u8], time: Duration) -> io::Result<()> {
    const PIECES: u32 = 20;
    let start = now();
    let size = bytes.len().div_ceil(PIECES as usize).max(1);
    for (piece, part) in (0..).zip(bytes.chunks(size)) {
        std::thread::sleep((start + time * piece / PIECES).saturating_duration_since(now()));
        stream.write_all(part)?;
        stream.flush()?;
    }
    Ok(())
}

/// The head of an answer whose end is not known; [`chunk`]s follow.
pub(super) fn begin_chunks(stream: &mut TcpStream, content_type: &str) -> io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n")
}

/// One chunk; an empty one is the end.
pub(super) fn chunk(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    write!(stream, "{:x}\r\n", bytes.len())?;
    stream.write_all(bytes)?;
    stream.write_all(b"\r\n")
}
