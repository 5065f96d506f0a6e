//! The server under test: this very program in a process of its own.

use crate::cli::args::Place;
use crate::cli::bench::client::Client;
use crate::cli::outcome::Trouble;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

fn ourselves(place: &Place) -> Result<Command, Trouble> {
    let mut command = Command::new(std::env::current_exe().map_err(Trouble::internal)?);
    command.arg("--data").arg(&place.data);
    if let Some(db) = &place.db {
        command.arg("--db").arg(db);
    }
    command.kill_on_drop(true);
    Ok(command)
}

impl Server {
    /// Starts the server and waits until it says where it listens; only then is it ready.
    pub async fn start(place: &Place, group_max: Option<usize>) -> Result<Server, Trouble> {
        let mut command = ourselves(place)?;
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        if let Some(group_max) = group_max {
            command.args(["--group-max", &group_max.to_string()]);
        }
        let mut child = command.spawn().map_err(Trouble::internal)?;
        let output = child.stdout.take().ok_or_else(|| Trouble::internal("no output of the server"))?;
        let line = BufReader::new(output).lines().next_line().await.map_err(Trouble::internal)?.unwrap_or_default();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).and_then(|text| text.parse().ok());
        let address = address.ok_or_else(|| Trouble::internal(format!("the server did not start: {line}")))?;
        let server = Server { child, address };
        server.get("/readyz").await?;
        Ok(server)
    }

    pub async fn get(&self, path: &str) -> Result<String, Trouble> {
        let (status, body) = Client::connect(self.address).await?.get(path).await?;
        if status == 200 { Ok(body) } else { Err(Trouble::internal(format!("{path}: {status} {body}"))) }
    }

    pub async fn size(&self, book: &str) -> Result<u64, Trouble> {
        let body: Value = serde_json::from_str(&self.get(&format!("/api/v1/books/{book}")).await?).map_err(Trouble::internal)?;
        let size = &body["latest"]["seq"];
        Ok(size.as_u64().or_else(|| size.as_str()?.parse().ok()).unwrap_or(0))
    }

    /// Microseconds spent in each stage of posting since the server started.
    pub async fn stages(&self) -> Result<BTreeMap<String, f64>, Trouble> {
        let text = self.get("/metrics").await?;
        let stage = |line: &str| {
            let rest = line.strip_prefix("cunshe_stage_microseconds{stage=\"")?;
            let (stage, value) = rest.split_once("\"} ")?;
            Some((stage.to_owned(), value.trim().parse().ok()?))
        };
        Ok(text.lines().filter_map(stage).collect())
    }

    /// The most memory the process has held, in whole MiB.
    pub fn peak_memory_mb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
    }

    /// Stops it as an operator would, and waits.
    pub async fn stop(&mut self) -> Result<(), Trouble> {
        if let Some(id) = self.child.id() {
            let stopped = Command::new("kill").arg(id.to_string()).status().await.map_err(Trouble::internal)?;
            if !stopped.success() {
                return Err(Trouble::internal("the server could not be stopped"));
            }
        }
        self.child.wait().await.map_err(Trouble::internal)?;
        Ok(())
    }
}

/// Runs a command of this program and expects it to succeed.
pub async fn run_ourselves(place: &Place, arguments: &[&str]) -> Result<(), Trouble> {
    let output = ourselves(place)?.args(arguments).output().await.map_err(Trouble::internal)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Trouble::internal(String::from_utf8_lossy(&output.stderr)))
}

/// Runs the verifier that was built beside this program; gives the figures of its report.
pub async fn run_verifier(package: &Path, key: &Path) -> Result<Value, Trouble> {
    let program = std::env::current_exe().map_err(Trouble::internal)?.with_file_name("cunshe-verify");
    let output = Command::new(&program).arg(package).arg("--key").arg(key).arg("--json").output().await;
    let output = output.map_err(|error| Trouble::internal(format!("{}: {error}", program.display())))?;
    let report: Value = serde_json::from_slice(&output.stdout).map_err(Trouble::internal)?;
    if !output.status.success() {
        return Err(Trouble::internal(format!("the package does not verify: {report}")));
    }
    Ok(report.get("figures").cloned().unwrap_or(report))
}
