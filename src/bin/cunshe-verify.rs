//! The auditor's program: no database, no network, nothing trusted but what is on its command line.

use cunshe::verify::{Request, run};
use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt as _;
use std::process::ExitCode;

const HELP: &str = "\
核验村社账的审计包，不需要数据库，也不信任包里的任何东西。

用法：cunshe-verify 审计包目录 --key 公钥 [--key 公钥]… [--checkpoint 文件]… [--receipt 文件]… [--json]

  --key         账套的公钥：*.vkey 文件，或其内容；由审计人员自己保管，每个账套一把
  --checkpoint  以前取得的检查点：历史被改写、尾部被截断时才看得出来
  --receipt     记账时得到的回执（JSON 或 .tlog-proof）
  --json        输出 JSON

例：cunshe-verify 审计包 --key tuanjie.vkey --checkpoint 去年/tuanjie.checkpoint

退出码：0 已签且干净；1 程序或用法错误；2 签名或密钥；3 默克尔树；4 链；5 内容；6 规则；7 数字；
8 干净但有未签的尾部；9 空的或不完整的审计包。什么都没有核验时绝不是 0。";

fn read_arguments() -> Result<Option<(Request, bool)>, lexopt::Error> {
    let (mut request, mut json, mut package) = (Request::default(), false, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("key") => request.keys.push(parser.value()?.string()?),
            Long("checkpoint") => request.checkpoints.push(parser.value()?.into()),
            Long("receipt") => request.receipts.push(parser.value()?.into()),
            Long("json") => json = true,
            Long("version") => {
                println!("cunshe-verify {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            Short('h') | Long("help") => {
                println!("{HELP}");
                return Ok(None);
            }
            Value(value) if package.is_none() => package = Some(value.into()),
            other => return Err(other.unexpected()),
        }
    }
    request.package = package.ok_or("缺少审计包目录")?;
    Ok(Some((request, json)))
}

fn main() -> ExitCode {
    match read_arguments() {
        Ok(Some((request, json))) => ExitCode::from(run(&request, json)),
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("命令写错了：{error}。用 cunshe-verify --help 查看用法。");
            ExitCode::from(1)
        }
    }
}
