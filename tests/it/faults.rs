//! Disk full, read-only folders, a database from the future: a clear error, nothing lost, and on again when it is mended.

use crate::support::Program;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of a few megabytes; unmounted when it goes out of scope.
struct SmallDisk {
    path: PathBuf,
}

fn as_root(arguments: &[&str]) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    let mut command = Command::new(if root { arguments[0] } else { "sudo" });
    command.args(if root { &arguments[1..] } else { arguments });
    command.status().is_ok_and(|status| status.success())
}

impl SmallDisk {
    fn mount(path: &Path, megabytes: u32) -> SmallDisk {
        std::fs::create_dir_all(path).expect("folder");
        let (size, path) = (format!("size={megabytes}m,mode=0777"), path.to_owned());
        let target = path.to_str().expect("path").to_owned();
        assert!(as_root(&["mount", "-t", "tmpfs", "-o", &size, "cunshe-test", &target]), "a small tmpfs can be mounted");
        SmallDisk { path }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        as_root(&["umount", self.path.to_str().expect("path")]);
    }
}

fn batch(first: u64) -> Value {
    let voucher = |number: u64| {
        let amount = format!("{}.00", number + 1);
        json!({
            "date": "2025-03-31", "memo": format!("示例第 {number} 笔"), "attachment_count": 1, "prepared_by": "示例甲", "approved_by": "示例乙",
            "lines": [
                { "account": "1002", "side": "debit", "amount": amount },
                { "account": "5051", "side": "credit", "amount": amount },
            ],
        })
    };
    json!({ "vouchers": (first..first + 100).map(voucher).collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_loses_nothing_and_recovers() {
    let folder = tempfile::tempdir().expect("folder");
    let disk = SmallDisk::mount(&folder.path().join("disk"), 8);
    let program = Program::on(disk.path.join("data")).with_book("demo");
    // Part of the room is taken by a file that can go away again.
    let ballast = disk.path.join("ballast");
    std::fs::write(&ballast, vec![1; 4 << 20]).expect("written");
    let service = program.serve();
    let client = reqwest::Client::new();
    let post = async |number: u64| {
        let request = client.post(service.api("books/demo/vouchers/batch")).header("idempotency-key", format!("full-{number}"));
        let answer = request.json(&batch(number * 100)).send().await.expect("answered");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    for number in 0..200 {
        let (status, body) = post(number).await;
        match status {
            201 => acknowledged.push((number, body)),
            507 => {
                assert_eq!(body["code"], "disk_full");
                refused.push(number);
            }
            _ => panic!("{status}: {body}"),
        }
        if refused.len() >= 20 {
            break;
        }
    }
    assert!(!acknowledged.is_empty() && refused.len() >= 20, "{} and {}", acknowledged.len(), refused.len());
    // Reads are still served, and show exactly what was acknowledged.
    let book: Value = reqwest::get(service.api("books/demo")).await.expect("answered").json().await.expect("JSON");
    let entries = 3 + 100 * acknowledged.len();
    assert_eq!(book["latest"]["seq"], entries);
    let trial = reqwest::get(service.api("books/demo/trial-balance")).await.expect("answered");
    assert!(trial.status().is_success());

    std::fs::remove_file(&ballast).expect("freed");
    let (status, body) = post(refused[0]).await;
    assert_eq!(status, 201, "{body}");
    for (number, first) in &acknowledged {
        assert_eq!(&post(*number).await.1, first, "what was acknowledged is still there");
    }
    drop(service);
    let check = program.json(&["check"]);
    assert_eq!((&check["exit_code"], &check["books"][0]["vouchers"]), (&Value::from(0), &Value::from(entries - 3 + 100)));
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let folder = tempfile::tempdir().expect("folder");
    let disk = SmallDisk::mount(&folder.path().join("disk"), 8);
    let program = Program::on(disk.path.join("data")).with_book("demo");
    let target = disk.path.to_str().expect("path").to_owned();
    assert!(as_root(&["mount", "-o", "remount,ro", &target]));
    let found = program.trouble(&["account", "close", "--book", "demo", "1001", "--by", "甲"]);
    assert_eq!((found.0, found.1.as_str()), (12, "read_only"), "{}", found.2);
    assert!(as_root(&["mount", "-o", "remount,rw", &target]));
    assert_eq!(program.json(&["check"])["exit_code"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_the_future_is_not_touched() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path()).with_book("demo");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("cunshe.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                  VALUES (99, 'future', 1, x'00', 0)";
    sqlx::query(future).execute(&pool).await.expect("written");
    pool.close().await;
    let before = std::fs::read(folder.path().join("cunshe.db")).expect("read");
    let found = program.trouble(&["book", "list"]);
    assert_eq!((found.0, found.1.as_str()), (12, "database_newer"), "{}", found.2);
    assert_eq!(std::fs::read(folder.path().join("cunshe.db")).expect("read"), before);
}
