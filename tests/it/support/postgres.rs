//! A real PostgreSQL for tests: initialised in a temporary folder, reachable through a socket in it only.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Postgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

impl Postgres {
    /// Starts a fresh server (0.5 s). Its commits are durable, as in use.
    pub fn start() -> Postgres {
        let versions = std::fs::read_dir("/usr/lib/postgresql")
            .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))));
        let programs = versions.ok().and_then(|all| all.filter(|path| path.join("initdb").exists()).max());
        let programs = programs.expect("PostgreSQL is needed: install Debian's package `postgresql`");
        let folder = tempfile::Builder::new().prefix("cunshe-pg").tempdir_in("/tmp").expect("folder");
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().expect("chown").success());
        }
        let server = Postgres { folder, programs };
        let data = server.data();
        let data = data.to_str().expect("path");
        server.run(
            "initdb",
            &["-D", data, "--auth=trust", "--no-sync", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"],
        );
        server.start_server();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(self.succeeds(program, arguments), "{program} {arguments:?}");
    }

    /// PostgreSQL refuses to run as root: then everything is done as its own user.
    fn succeeds(&self, program: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let status = command.args(arguments).current_dir("/tmp").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.expect("runs").success()
    }

    fn start_server(&self) {
        let data = self.data();
        let log = self.folder.path().join("log");
        let options = format!("-k {} -c listen_addresses=''", self.folder.path().display());
        let text = |path: &Path| path.to_str().expect("path").to_owned();
        let (data, log) = (text(&data), text(&log));
        let arguments = ["-D", &data, "-l", &log, "-o", &options, "-w", "-t", "60", "start"];
        // After a kill the last of the old processes may still hold the memory they shared.
        let begin = Instant::now();
        while !self.succeeds("pg_ctl", &arguments) {
            assert!(begin.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: see {log}");
        }
    }

    /// The address of a new, empty database.
    pub fn url(&self, name: &str) -> String {
        let socket = self.folder.path().to_str().expect("path").to_owned();
        self.run("createdb", &["-h", &socket, "-U", "postgres", name]);
        format!("postgres://postgres@localhost/{name}?host={socket}")
    }

    /// SIGKILL to the server and all its processes, then a start that has to recover.
    pub fn kill9_and_restart(&mut self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("pid file");
        let pid = pid.lines().next().expect("pid").to_owned();
        // Children first learn of it by the postmaster's death; killing them too leaves no one to say farewell.
        let children = Command::new("pgrep").args(["-P", &pid]).output().expect("pgrep runs");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let all = std::iter::once(pid.as_str()).chain(children.split_whitespace());
        assert!(Command::new("kill").arg("-9").args(all).stderr(Stdio::null()).status().is_ok());
        self.start_server();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        let path = self.programs.join("pg_ctl");
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(&path) };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(path);
        }
        let _ = command
            .arg("-D")
            .arg(data)
            .args(["-m", "immediate", "stop"])
            .current_dir("/tmp")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}
