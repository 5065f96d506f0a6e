//! The program as a user starts it: commands with their JSON and exit codes, and the service over HTTP.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The program on one data folder and, where there is one, one database server.
pub struct Program {
    pub data: PathBuf,
    pub db: Option<String>,
}

impl Program {
    pub fn on(data: impl Into<PathBuf>) -> Program {
        Program { data: data.into(), db: None }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cunshe"));
        command.arg("--data").arg(&self.data).env_remove("CUNSHE_DB");
        if let Some(db) = &self.db {
            command.arg("--db").arg(db);
        }
        command
    }

    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the program runs")
    }

    /// Runs a command that must succeed; gives its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.output(&[arguments, &["--json"]].concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {error}{}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Runs a command that must fail; gives its exit code, stable code and message.
    pub fn trouble(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.output(&[arguments, &["--json"]].concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = error.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{arguments:?}: {error}"));
        let value: Value = serde_json::from_str(line).expect("JSON");
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        (output.status.code().expect("a code"), text("code"), text("message"))
    }

    /// A fresh database with one book, open for 2025, whose vouchers need attachments.
    pub fn with_book(self, code: &str) -> Program {
        self.json(&["init"]);
        let names =
            ["--name", "示例", "--organisation", "示例", "--first-period", "2025-01", "--by", "甲", "--attachments-required"];
        self.json(&[&["book", "open", code][..], &names].concat());
        self
    }

    /// Starts the service on a free port and waits until it says where it listens.
    pub fn serve(&self) -> Service {
        let mut child = self.command().args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("output")).read_line(&mut line).expect("a line");
        let address =
            line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_else(|| panic!("no address: {line}"));
        Service { url: format!("http://{}", address.trim()), child }
    }
}

/// A running service; killed when it goes out of scope.
pub struct Service {
    /// `http://127.0.0.1:PORT`, no slash at the end.
    pub url: String,
    child: Child,
}

impl Service {
    /// The address of a path below `/api/v1`.
    pub fn api(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.url)
    }

    /// What a path below `/api/v1` says.
    pub async fn json(&self, path: &str) -> Value {
        reqwest::get(self.api(path)).await.expect("answered").json().await.expect("JSON")
    }

    /// SIGKILL: no handler, no flush, no farewell.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
