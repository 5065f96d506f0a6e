//! What can be typed. Help texts are for accountants and auditors; they teach by example.

mod report;

pub use report::{RangeOptions, ReportCommand};

use crate::files::shop_days::RATE_DEFAULT;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

const EXIT_CODES: &str = "\
退出码：0 成功；1 程序内部错误；2 命令写错；10 账套拒绝（凭证或文件有误，什么都没有记）；11 找不到账套或凭证；
12 环境问题（数据库、磁盘、端口、权限）；13 冲突（幂等键另作他用、账套落后于已签检查点）。
check 与 verify 另用：2 签名或密钥 3 默克尔树 4 链 5 内容 6 规则 7 数字 8 有未签尾部 9 空或不完整。";

/// 村社账：村社合股联营集体经济公司的复式账，记在任何人都能核验的哈希链上。
#[derive(Parser)]
#[command(name = "cunshe", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub place: Place,
    /// 输出 JSON（金额为两位小数的字符串），供程序读取
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the books and keys are.
#[derive(Args, Clone)]
pub struct Place {
    /// 数据目录：cunshe.db、私钥目录 keys/、公钥 *.vkey
    #[arg(long, global = true, default_value = "data", env = "CUNSHE_DATA", value_name = "目录")]
    pub data: PathBuf,
    /// 数据库：sqlite:文件 或 postgres://…；不写则用数据目录中的 cunshe.db
    #[arg(long, global = true, env = "CUNSHE_DB", value_name = "地址")]
    pub db: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// 打开示例县：四家公司、一年凭证，打印各社区收入表，并在本机提供服务
    Demo(DemoOptions),
    /// 新建数据目录：空账册和安装密钥
    Init(InitOptions),
    /// 在本机回环地址上提供 HTTP 服务
    Serve(ServeOptions),
    /// 账套：列出、启用、启用年度、结账
    Book {
        #[command(subcommand)]
        command: BookCommand,
    },
    /// 科目：列出、停用
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// 导入 CSV 文件：凭证、科目、辅助核算、期初余额、账套
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// 报表：科目余额表、各社区收入、明细账、凭证
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// 登记业务事实（资产、合同、收款、营业日报、份额、分配……），并记所生成的凭证
    Fact(FactOptions),
    /// 月末计提、结转：合同收入、递延收益、进销差价、折旧
    MonthEnd(MonthEndOptions),
    /// 社区账套对应入账：登记参股公司已分配、已支付给本社区的利润，冲销公司已冲销的
    Mirror(MirrorOptions),
    /// 台账：代管资产、合同、超市、份额、利润分配、资金、固定资产等
    Register(RegisterOptions),
    /// 红字冲销一张凭证
    Reverse(ReverseOptions),
    /// 自检：从第一条起重放序时账，逐列核对所有账表
    Check,
    /// 导出：审计包、序时账
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// 核验审计包（与独立程序 cunshe-verify 相同）
    Verify(VerifyOptions),
    /// 性能测试：真实客户端、真实服务进程，打印同一次运行中的比值
    Bench(BenchOptions),
    /// 生成命令补全脚本
    Completion { shell: clap_complete::Shell },
}

#[derive(Args)]
pub struct DemoOptions {
    /// 只导入和打印，不启动服务
    #[arg(long)]
    pub no_serve: bool,
    /// 服务地址，只能是本机回环地址
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// 改用另一目录中的示例文件（默认用程序自带的示例县）
    #[arg(long, value_name = "目录")]
    pub from: Option<PathBuf>,
}

#[derive(Args)]
pub struct InitOptions {
    /// 本安装在检查点中的名称：不含协议、空格和加号
    #[arg(long, default_value = "cunshe.example/yanhe")]
    pub origin: String,
}

#[derive(Args)]
pub struct ServeOptions {
    /// 服务地址，只能是本机回环地址；端口写 0 则自动选择
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// 一次提交最多合并几张凭证（性能测试用）
    #[arg(long, hide = true)]
    pub group_max: Option<usize>,
}

#[derive(Subcommand)]
pub enum BookCommand {
    /// 列出账套
    List,
    /// 显示一个账套
    Show { book: String },
    /// 启用账套，例：cunshe book open tuanjie --name 团结街道公司 --organisation 沿河…公司 --first-period 2025-01
    Open(BookOpenOptions),
    /// 启用下一个会计年度
    OpenYear {
        book: String,
        year: i16,
        /// 经办人
        #[arg(long)]
        by: String,
    },
    /// 结账（单向，不能反结账）
    Close {
        book: String,
        /// 会计期间，如 2025-01
        period: String,
        /// 经办人
        #[arg(long)]
        by: String,
    },
}

#[derive(Args)]
pub struct BookOpenOptions {
    /// 账套编码：小写字母开头，小写字母、数字和连字符
    pub code: String,
    /// 账套名称
    #[arg(long)]
    pub name: String,
    /// 会计核算单位
    #[arg(long)]
    pub organisation: String,
    /// 科目表
    #[arg(long, default_value = "small_enterprise_2013")]
    pub chart: String,
    /// 启用期间，如 2025-01
    #[arg(long)]
    pub first_period: String,
    /// 普通凭证必须有附件
    #[arg(long)]
    pub attachments_required: bool,
    /// 经办人
    #[arg(long)]
    pub by: String,
}

#[derive(Subcommand)]
pub enum AccountCommand {
    /// 列出账套的科目
    List {
        #[arg(long)]
        book: String,
    },
    /// 停用自设的末级科目
    Close {
        #[arg(long)]
        book: String,
        code: String,
        /// 经办人
        #[arg(long)]
        by: String,
    },
}

#[derive(Subcommand)]
pub enum ImportCommand {
    /// 导入凭证，例：cunshe import vouchers 凭证.csv --book tuanjie --dry-run
    Vouchers(ImportOptions),
    /// 导入自设科目
    Accounts(ImportOptions),
    /// 导入辅助核算项目（社区、街道、门店……）
    Dimensions(ImportOptions),
    /// 导入期初余额
    Openings(ImportOptions),
    /// 导入营业日报，并记所生成的凭证
    ShopDays(ImportOptions),
    /// 导入一种业务事实，并记所生成的凭证，例：cunshe import facts money_received 收付款.csv --book tuanjie
    Facts(ImportFactsOptions),
    /// 导入微信支付商户交易账单（CSV，或下载的 zip），每天一张营业日报，例：cunshe import wechat-bill 账单.csv --book tuanjie --shop S1 --channel shop
    WechatBill(BillOptions),
    /// 导入支付宝商户业务明细，每天一张营业日报
    AlipayBill(BillOptions),
    /// 导入微信支付商户资金账单：提现和手续费成为平台结算
    WechatFunds(FundsOptions),
    /// 导入支付宝商户账务明细：提现和手续费成为平台结算
    AlipayFunds(FundsOptions),
    /// 按文件启用账套（不需要 --book）
    Books(ImportOptions),
}

#[derive(Args)]
pub struct ImportOptions {
    /// CSV 文件：UTF-8 或 GB 18030，中文或英文表头
    pub file: PathBuf,
    /// 账套编码
    #[arg(long, default_value = "")]
    pub book: String,
    /// 只检查，不记账
    #[arg(long)]
    pub dry_run: bool,
    /// 经办人（制单）
    #[arg(long, default_value = "导入")]
    pub by: String,
    /// 审核人（用于期初余额和业务事实）
    #[arg(long, default_value = "导入审核")]
    pub approved_by: String,
}

#[derive(Args)]
pub struct ImportFactsOptions {
    /// 业务事实，如 contract_signed；各种的列见 docs/importing.md
    pub kind: String,
    #[command(flatten)]
    pub import: ImportOptions,
    /// 登记日期；不写则为文件中最晚的一天
    #[arg(long)]
    pub date: Option<String>,
}

#[derive(Args)]
pub struct BillOptions {
    #[command(flatten)]
    pub import: ImportOptions,
    /// 门店编码：账单是哪家店的
    #[arg(long)]
    pub shop: String,
    /// 渠道编码：销售归到哪个渠道
    #[arg(long)]
    pub channel: String,
    /// 征收率，以万分之一为单位：100 是 1%
    #[arg(long, default_value_t = RATE_DEFAULT)]
    pub tax_basis_points: u32,
}

#[derive(Args)]
pub struct FundsOptions {
    #[command(flatten)]
    pub import: ImportOptions,
    /// 门店编码：账户是哪家店的
    #[arg(long)]
    pub shop: String,
}

#[derive(Args)]
pub struct ReverseOptions {
    #[arg(long)]
    pub book: String,
    /// 原凭证的会计期间
    #[arg(long)]
    pub period: String,
    /// 原凭证字号，如 记-12
    #[arg(long)]
    pub number: String,
    /// 冲销凭证的日期
    #[arg(long)]
    pub date: String,
    /// 制单人
    #[arg(long)]
    pub prepared_by: String,
    /// 审核人
    #[arg(long)]
    pub approved_by: String,
}

#[derive(Subcommand)]
pub enum ExportCommand {
    /// 审计包：交给审计人员带走，用 cunshe-verify 核验
    Package {
        /// 输出目录，须不存在或为空
        #[arg(long)]
        out: PathBuf,
        /// 只导出一个账套
        #[arg(long)]
        book: Option<String>,
    },
    /// 序时账
    Journal {
        #[arg(long)]
        book: String,
        /// csv、hledger 或 beancount
        #[arg(long)]
        format: String,
        /// 输出文件
        #[arg(long)]
        out: PathBuf,
    },
    /// 一条凭证的证明（.tlog-proof）
    Proof {
        #[arg(long)]
        book: String,
        /// 序时账序号
        #[arg(long)]
        seq: u64,
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Args)]
pub struct VerifyOptions {
    /// 审计包目录
    pub package: PathBuf,
    /// 账套公钥（*.vkey 文件或其内容），须由审计人员自己保管
    #[arg(long, required = true)]
    pub key: Vec<String>,
    /// 以前取得的检查点
    #[arg(long)]
    pub checkpoint: Vec<PathBuf>,
    /// 记账回执
    #[arg(long)]
    pub receipt: Vec<PathBuf>,
}

#[derive(Args)]
pub struct BenchOptions {
    /// 每项测试的凭证数
    #[arg(long, default_value_t = 200_000)]
    pub vouchers: u64,
    /// 单张记账的并发客户端数
    #[arg(long, default_value_t = 32)]
    pub clients: usize,
    /// 单张记账每轮秒数
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// 每批凭证数
    #[arg(long, default_value_t = 1_000)]
    pub batch: usize,
}

#[derive(Args)]
pub struct FactOptions {
    /// 业务事实，如 contract_signed；全部名称见 docs/business.md
    pub kind: String,
    /// JSON 文件：一件，或一组
    pub file: PathBuf,
    #[arg(long)]
    pub book: String,
    /// 登记日期；不写则为今天
    #[arg(long)]
    pub date: Option<String>,
    /// 经办人，也是所生成凭证的制单人
    #[arg(long)]
    pub by: String,
    /// 审核人，不能与经办人相同
    #[arg(long)]
    pub approved_by: String,
}

#[derive(Args)]
pub struct MonthEndOptions {
    #[arg(long)]
    pub book: String,
    /// 会计期间，如 2025-01
    #[arg(long)]
    pub period: String,
    /// 制单人
    #[arg(long)]
    pub by: String,
    /// 审核人，不能与制单人相同
    #[arg(long)]
    pub approved_by: String,
}

#[derive(Args)]
pub struct MirrorOptions {
    /// 社区的账套
    #[arg(long)]
    pub book: String,
    /// 制单人
    #[arg(long)]
    pub by: String,
    /// 审核人，不能与制单人相同
    #[arg(long)]
    pub approved_by: String,
}

#[derive(Args)]
pub struct RegisterOptions {
    /// 哪一种台账；写错时列出全部，也见 docs/business.md
    pub name: String,
    /// 账套；不写则为全部账套，每行写明账套
    #[arg(long)]
    pub book: Option<String>,
    /// 截至哪一天；不写则为今天
    #[arg(long)]
    pub day: Option<String>,
}
