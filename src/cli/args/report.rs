//! What can be typed to see figures.

use clap::{Args, Subcommand};

#[derive(Args)]
pub struct RangeOptions {
    /// 起始期间，如 2025-01；不写则从账套启用起
    #[arg(long)]
    pub from: Option<String>,
    /// 截止期间，如 2025-12；不写则到最后启用的期间
    #[arg(long)]
    pub to: Option<String>,
}

#[derive(Subcommand)]
pub enum ReportCommand {
    /// 科目余额表
    TrialBalance {
        #[arg(long)]
        book: String,
        #[command(flatten)]
        range: RangeOptions,
        /// 只算带有某个辅助核算的行，如 社区=520627001001
        #[arg(long, value_name = "类别=编码")]
        only: Option<String>,
    },
    /// 各社区收入表；不写账套则合计全部账套
    IncomeByCommunity {
        #[arg(long)]
        book: Option<String>,
        #[command(flatten)]
        range: RangeOptions,
        /// 分栏：none、month、account，或辅助核算类别，如 income_type、channel、street
        #[arg(long, default_value = "none")]
        group_by: String,
    },
    /// 门店利润表；不写账套则合计全部账套
    ShopProfit {
        #[arg(long)]
        book: Option<String>,
        /// 只看一个门店
        #[arg(long)]
        shop: Option<String>,
        #[command(flatten)]
        range: RangeOptions,
        /// 每店再按 month、channel 分行；shop 不分
        #[arg(long, default_value = "shop")]
        by: String,
    },
    /// 明细账
    AccountLines {
        #[arg(long)]
        book: String,
        #[arg(long)]
        account: String,
        #[command(flatten)]
        range: RangeOptions,
    },
    /// 增值税起征点：一个季度的不含税销售额与起征点
    VatGauge {
        #[arg(long)]
        book: String,
        /// 季度中的任何一天；不写则为今天
        #[arg(long)]
        day: Option<String>,
    },
    /// 分配预览：按账面数字试算各社区应分，不登记
    DividendPreview {
        #[arg(long)]
        book: String,
        /// 决议日期，如 2025-12-31
        #[arg(long)]
        date: String,
        /// 分配利润（元）；不写则为全部可供分配的
        #[arg(long)]
        dividend: Option<String>,
        /// 提取任意公积（元）
        #[arg(long, default_value = "0.00")]
        optional_reserve: String,
    },
    /// 各社区自有收入（经营、投资、补助及其他）与公司分配，两者不相加
    CommunityIncome {
        #[command(flatten)]
        range: RangeOptions,
    },
    /// 往来对账：公司应付社区的利润与社区账套的应收股利
    Intercompany,
    /// 一张凭证，例：cunshe report voucher --book tuanjie --period 2025-01 --number 记-12
    Voucher {
        #[arg(long)]
        book: String,
        #[arg(long)]
        period: String,
        #[arg(long)]
        number: String,
    },
}
