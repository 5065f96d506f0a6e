//! The smallest HTTP/1.1 client that keeps its connection: on two cores a full one would be measured too.

use crate::cli::outcome::Trouble;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub struct Client {
    stream: TcpStream,
    address: SocketAddr,
    received: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Result<Client, Trouble> {
        let stream = TcpStream::connect(address).await.map_err(Trouble::internal)?;
        stream.set_nodelay(true).map_err(Trouble::internal)?;
        Ok(Client { stream, address, received: Vec::with_capacity(64 * 1024) })
    }

    pub async fn get(&mut self, path: &str) -> Result<(u16, String), Trouble> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        self.send(request.as_bytes(), &[]).await
    }

    pub async fn post(&mut self, path: &str, key: &str, body: &[u8]) -> Result<(u16, String), Trouble> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.send(head.as_bytes(), body).await
    }

    async fn send(&mut self, head: &[u8], body: &[u8]) -> Result<(u16, String), Trouble> {
        let mut request = Vec::with_capacity(head.len() + body.len());
        request.extend_from_slice(head);
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.map_err(Trouble::internal)?;
        self.receive().await
    }

    /// Every answer of the server carries its length.
    async fn receive(&mut self) -> Result<(u16, String), Trouble> {
        self.received.clear();
        let (mut wanted, mut begin) = (usize::MAX, 0);
        while self.received.len() < wanted {
            if self.stream.read_buf(&mut self.received).await.map_err(Trouble::internal)? == 0 {
                return Err(Trouble::internal("the server closed the connection"));
            }
            if wanted == usize::MAX
                && let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n")
            {
                begin = end + 4;
                let head = String::from_utf8_lossy(&self.received[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
                wanted = begin + length.ok_or_else(|| Trouble::internal("an answer without a length"))?;
            }
        }
        let status = self.received.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0);
        Ok((status, String::from_utf8_lossy(&self.received[begin..]).into_owned()))
    }
}
