//! 代管资产与闲置情况: every entrusted asset as it stood on a day, who kept it, and what it earned.

pub mod treasury;

use crate::collective::contracts::register::Contract;
use crate::collective::contracts::report::lingers;
use crate::collective::contracts::schedule::yearly_rent;
use crate::collective::custody::asset::{AssetCleared, EntrustedAsset, Step};
use crate::collective::custody::report::treasury::TreasuryRow;
use crate::collective::custody::tie;
use crate::collective::ground::spread::rounded;
use crate::collective::registers::{Listing, Registers, Subject, listing};
use crate::ledger::{Amount, DimensionCode};
use crate::{columns, shown_words};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether an entrusted asset earns anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// 已清理，尚未造册
    Cleared,
    /// 已造册，尚未代管
    Registered,
    /// 已出租或发包
    Let,
    /// 闲置
    Idle,
    /// 合同到期仍未终止: occupied without a contract, until someone says otherwise.
    Expired,
    /// 代管到期: still kept, though nobody has entrusted it for longer.
    Lapsed,
    /// 已收回、退还或灭失
    Gone,
}

impl Use {
    pub fn chinese(self) -> &'static str {
        match self {
            Use::Cleared => "已清理",
            Use::Registered => "已造册",
            Use::Let => "已盘活",
            Use::Idle => "闲置",
            Use::Expired => "到期占用",
            Use::Lapsed => "代管到期",
            Use::Gone => "已退出",
        }
    }
}

/// One row of 代管资产与闲置情况. Amounts in yuan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustodyRow {
    pub asset: DimensionCode,
    pub name: String,
    pub class: String,
    pub owner: String,
    pub address: String,
    /// m² with two decimals; it and the value are zero until the asset is registered.
    pub area: Amount,
    pub original_value: Amount,
    pub custodian: Option<DimensionCode>,
    pub step: Option<Step>,
    /// 代管起始日, of the entrusting that stands.
    pub since: Option<Date>,
    /// 代管到期日
    pub until: Option<Date>,
    pub certified: bool,
    /// 权证号
    pub certificate: Option<String>,
    /// 移交单号, of the community that keeps it.
    pub handover: Option<String>,
    pub use_: Use,
    pub contract: Option<DimensionCode>,
    /// One payment of the contract that uses it, as signed.
    pub rent: Option<Amount>,
    /// A year's payments at the rent of the day, tax included.
    pub yearly_rent: Option<Amount>,
    /// The same for a month and m².
    pub monthly_rent_per_square_metre: Option<Amount>,
    /// 批准文号 of where its rent goes.
    pub rent_document: Option<String>,
}

columns! { CustodyRow:
    asset: "资产",
    contract: "合同",
    name: "名称",
    class: "类别",
    owner: "产权单位",
    custodian: "代管社区" of Community,
    address: "坐落",
    area: "面积（平方米）",
    original_value: "账面原值",
    step: "最近变动",
    use_ as "use": "现状",
    certified: "已确权",
    certificate: "权证",
    handover: "移交单",
    since: "起",
    until: "到期日",
    rent: "每期租金",
    yearly_rent: "年租金",
    monthly_rent_per_square_metre: "每平方米月租金",
    rent_document: "租金去向文号",
}

/// Every entrusted asset as it stands on a day; those that nobody had heard of by then are left out.
pub fn custody(registers: &Registers, day: Date) -> Vec<CustodyRow> {
    let known = |asset: &&EntrustedAsset| asset.card.date <= day;
    let mut rows: Vec<CustodyRow> = registers.assets.iter().filter(known).map(|asset| row(registers, asset, day)).collect();
    let registered = |code: &DimensionCode| registers.assets.get(code).is_some_and(|asset| known(&asset));
    let cleared = registers.assets.cleared().filter(|one| one.date <= day && !registered(&one.asset));
    rows.extend(cleared.map(cleared_row));
    rows.sort_by(|one, other| one.asset.cmp(&other.asset));
    rows
}

fn row(registers: &Registers, asset: &EntrustedAsset, day: Date) -> CustodyRow {
    let (card, kept) = (asset.card.clone(), asset.in_custody_on(day));
    let contract = registers.contracts.using(&card.code, day).filter(|_| kept);
    let certificate = asset.steps.iter().find(|step| step.step == Step::Certified && step.date <= day);
    let handover = asset.steps.iter().rev().find(|step| step.custodian.is_some() && step.date <= day);
    let yearly = contract.map(|contract| yearly_rent(&contract.terms, day));
    CustodyRow {
        custodian: asset.custodian_on(day).cloned(),
        step: asset.standing_on(day),
        since: asset.entrusted_on(day).filter(|_| kept).map(|step| step.date),
        until: asset.until_on(day),
        certified: certificate.is_some(),
        certificate: certificate.map(|step| step.document.clone()),
        handover: handover.filter(|_| kept).map(|step| step.document.clone()),
        use_: use_of(registers, asset, contract, day),
        contract: contract.map(|contract| contract.terms.code.clone()),
        rent: contract.map(|contract| contract.terms.rent),
        yearly_rent: yearly,
        monthly_rent_per_square_metre: yearly.map(|yearly| per_square_metre(yearly, card.area)),
        rent_document: asset.rent_destination_on(day).map(|to| to.document.clone()),
        asset: card.code,
        name: card.name,
        class: card.class,
        owner: card.owner,
        address: card.address,
        area: card.area,
        original_value: card.original_value,
    }
}

/// An area is in hundredths of m² as an amount is in fen.
fn per_square_metre(yearly: Amount, area: Amount) -> Amount {
    rounded(i128::from(yearly.fen()) * 100, i128::from(area.fen().max(1)) * 12)
}

fn use_of(registers: &Registers, asset: &EntrustedAsset, contract: Option<&Contract>, day: Date) -> Use {
    let code = &asset.card.code;
    let occupied = || registers.contracts.standing().any(|one| one.terms.asset.as_ref() == Some(code) && lingers(one, day));
    match asset.standing_on(day) {
        None => Use::Registered,
        Some(step) if step.ends_custody() => Use::Gone,
        Some(_) if asset.until_on(day).is_some_and(|until| until < day) => Use::Lapsed,
        Some(_) if contract.is_some() => Use::Let,
        Some(_) if occupied() => Use::Expired,
        Some(_) => Use::Idle,
    }
}

fn cleared_row(cleared: &AssetCleared) -> CustodyRow {
    CustodyRow {
        asset: cleared.asset.clone(),
        name: cleared.name.clone(),
        class: String::new(),
        owner: cleared.owner.clone(),
        address: cleared.address.clone(),
        area: Amount::ZERO,
        original_value: Amount::ZERO,
        custodian: None,
        step: None,
        since: None,
        until: None,
        certified: false,
        certificate: None,
        handover: None,
        use_: Use::Cleared,
        contract: None,
        rent: None,
        yearly_rent: None,
        monthly_rent_per_square_metre: None,
        rent_document: None,
    }
}

shown_words!(Step, Use);

/// What the subject shows, and what its accounts must hold.
pub(crate) const SUBJECT: Subject = Subject { listings: LISTINGS, ties: tie::TIES, expected: tie::expected };

const LISTINGS: &[Listing] = &[
    listing!("custody" "代管资产": CustodyRow, |of| custody(of.registers, of.day)),
    listing!("treasury" "应缴国库": TreasuryRow, |of| treasury::treasury(of.registers, of.day)),
];
