//! How a command ends: exit codes, and sentences that say where, why and what to do.

use crate::bookkeeper::OpenError;
use crate::bookkeeper::keys::KeyError;
use crate::bookkeeper::receipt::PostError;
use crate::bookkeeper::seal::SealError;
use crate::store::StoreError;
use crate::verify::WriteError;
use serde_json::json;
use std::process::ExitCode;

/// A command that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// A check or verification that found something, with the verifier's exit code.
    Found(u8),
}

impl Ending {
    pub fn code(self) -> ExitCode {
        match self {
            Ending::Done => ExitCode::SUCCESS,
            Ending::Found(code) => ExitCode::from(code),
        }
    }
}

/// A command that could not do what it was asked.
#[derive(Debug)]
pub struct Trouble {
    pub exit: u8,
    pub code: String,
    pub message: String,
    /// One line a reason, where there are several.
    pub details: Vec<String>,
}

impl Trouble {
    pub fn new(exit: u8, code: &str, message: impl Into<String>) -> Trouble {
        Trouble { exit, code: code.to_owned(), message: message.into(), details: Vec::new() }
    }

    pub fn internal(error: impl std::fmt::Display) -> Trouble {
        Trouble::new(1, "internal", format!("程序内部错误：{error}"))
    }

    pub fn usage(message: impl Into<String>) -> Trouble {
        Trouble::new(2, "usage", message)
    }

    pub fn no_book(code: &str) -> Trouble {
        Trouble::new(11, "book_unknown", format!("没有账套 {code}。用 cunshe book list 查看已有账套。"))
    }

    pub fn environment(code: &str, message: impl Into<String>) -> Trouble {
        Trouble::new(12, code, message)
    }

    /// Prints to standard error and gives the exit code.
    pub fn print(&self, json: bool) -> ExitCode {
        if json {
            eprintln!(
                "{}",
                json!({ "code": self.code, "message": self.message, "details": self.details, "exit_code": self.exit })
            );
        } else {
            eprintln!("错误：{}", self.message);
            for detail in &self.details {
                eprintln!("  {detail}");
            }
        }
        ExitCode::from(self.exit)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        let (code, message) = match &error {
            StoreError::DiskFull => ("disk_full", "磁盘已满，这次没有记账。请腾出空间后重试。".to_owned()),
            StoreError::ReadOnly => ("read_only", "数据库或其目录是只读的，不能记账。请检查权限。".to_owned()),
            StoreError::Corrupt(why) => {
                ("database_corrupt", format!("数据库不是本系统的，或已损坏：{why}。请用备份恢复，并用 cunshe check 查看。"))
            }
            StoreError::NewerSchema { found, known } => {
                ("database_newer", format!("数据库由更新的版本建立（结构 {found}，本程序只认识到 {known}）。请升级程序。"))
            }
            StoreError::EngineTooOld { found, needed } => {
                ("engine_too_old", format!("数据库软件太旧：现为 {found}，至少需要 {needed}。"))
            }
            StoreError::CannotOpen(why) => {
                ("cannot_open", format!("打不开数据库：{why}。请检查路径、权限和地址；第一次使用请先运行 cunshe init。"))
            }
            StoreError::Busy => ("busy", "数据库正忙，请稍后重试。".to_owned()),
            StoreError::HeadMoved => ("busy", "另有程序同时在记账，请重试。".to_owned()),
            StoreError::Engine(why) => ("store_failed", format!("数据库出错：{why}")),
        };
        Trouble::environment(code, message)
    }
}

impl From<KeyError> for Trouble {
    fn from(error: KeyError) -> Trouble {
        match &error {
            KeyError::Missing(path) => Trouble::environment(
                "key_missing",
                format!("已有账套，但找不到安装密钥 {}。请放回原来的密钥文件；不能用新密钥代替。", path.display()),
            ),
            KeyError::Malformed(path) => {
                Trouble::environment("key_malformed", format!("安装密钥 {} 的内容不对。请放回原来的文件。", path.display()))
            }
            KeyError::SignedMalformed(path) => Trouble::environment(
                "key_folder",
                format!("已签检查点的清单 {} 的内容不对。请从备份放回原来的文件。", path.display()),
            ),
            KeyError::WrongKey(book) => {
                Trouble::environment("key_wrong", format!("安装密钥不是启用账套 {book} 时的那一把。请放回原来的密钥文件。"))
            }
            KeyError::BadOrigin(name) => Trouble::usage(format!("名称 {name} 不能用于检查点：不要含协议、空格和加号。")),
            KeyError::Io(why) => Trouble::environment("key_folder", format!("读写密钥目录出错：{why}。请检查权限和磁盘空间。")),
            KeyError::Checkpoint(why) => Trouble::environment("key_folder", format!("密钥目录中的检查点无法读取：{why}。")),
            KeyError::Forked { book, signed, found } => Trouble::new(
                13,
                "history_forked",
                format!(
                    "账套 {book} 已签到第 {signed} 条，数据库中却只有 {found} 条或是另一段历史。可能恢复了旧备份；在说明之前，本账套只读。"
                ),
            ),
        }
    }
}

impl From<WriteError> for Trouble {
    fn from(error: WriteError) -> Trouble {
        match &error {
            WriteError::NotEmpty(path) => {
                Trouble::environment("not_empty", format!("目录 {} 不是空的。请换一个目录，以免混入旧文件。", path.display()))
            }
            WriteError::Io { path, error } => Trouble::environment(
                "file_unwritable",
                format!("不能写 {}：{error}。请检查路径、权限和磁盘空间。", path.display()),
            ),
            WriteError::Root => Trouble::new(3, "root_differs", "条目与检查点不符，审计包没有完成。请运行 cunshe check。"),
        }
    }
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Trouble {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Key(error) => error.into(),
        }
    }
}

impl From<SealError> for Trouble {
    fn from(error: SealError) -> Trouble {
        match error {
            SealError::Store(error) => error.into(),
            SealError::Key(error) => error.into(),
            SealError::Stale => Trouble::environment("busy", "另有程序同时在记账，请重试。"),
            SealError::NoSuchBook => Trouble::new(11, "book_unknown", "没有这个账套。"),
            SealError::NoSuchEntry => Trouble::new(11, "entry_unknown", "序时账中没有这一条。"),
        }
    }
}

impl From<PostError> for Trouble {
    fn from(error: PostError) -> Trouble {
        match error {
            PostError::Refused(refused) => {
                let reasons = refused.iter().flat_map(|one| one.refusal.reasons.iter().map(move |reason| (one.index, reason)));
                let (mut details, mut code) = (Vec::new(), None);
                for (index, reason) in reasons {
                    code.get_or_insert_with(|| reason.rule.code().to_owned());
                    let place = if refused.len() > 1 || index > 0 { format!("第 {} 张：", index + 1) } else { String::new() };
                    details.push(format!("{place}{}（{}）", reason.message(), reason.rule.code()));
                }
                Trouble {
                    exit: 10,
                    code: code.unwrap_or_else(|| "refused".into()),
                    message: "账套拒绝，什么都没有记：".into(),
                    details,
                }
            }
            PostError::KeyTaken { key, first } => {
                let number = first.map(|receipt| format!("（{} {}）", receipt.period, receipt.number)).unwrap_or_default();
                Trouble::new(13, "idempotency_key_reused", format!("幂等键 {key} 已用于另一次请求{number}。请换一个键。"))
            }
            PostError::NoSuchBook => Trouble::new(11, "book_unknown", "没有这个账套。用 cunshe book list 查看已有账套。"),
            PostError::TooLarge => Trouble::new(10, "request_too_large", "一次请求的凭证或分录太多。请分批，或用文件导入。"),
            PostError::Busy | PostError::MovedOn => Trouble::environment("busy", "正忙，请稍后重试。"),
            PostError::Forked => Trouble::new(13, "history_forked", "账套落后于已签的检查点，只读。见 docs/operating.md。"),
            PostError::Store(error) => match std::sync::Arc::try_unwrap(error) {
                Ok(error) => error.into(),
                Err(error) => Trouble::environment("store_failed", format!("数据库出错：{error}")),
            },
            PostError::Key(error) => match std::sync::Arc::try_unwrap(error) {
                Ok(error) => error.into(),
                Err(error) => Trouble::environment("key_folder", format!("密钥出错：{error}")),
            },
            PostError::Abandoned => Trouble::internal("导入中途停止，什么都没有记"),
            PostError::Stopping => Trouble::environment("stopping", "服务正在停止，请稍后重试。"),
        }
    }
}
