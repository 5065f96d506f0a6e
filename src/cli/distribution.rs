//! `report dividend-preview`, `report intercompany`: what a distribution would give, and whether both sides recorded it.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::intercompany::{Account, TieRow};
use crate::bookkeeper::leadership::{CommunityIncome, CommunityIncomeTable};
use crate::cli::outcome::Trouble;
use crate::cli::place::{date, find_book};
use crate::cli::print::{self, Align, say};
use crate::ledger::Amount;

fn amount(text: &str) -> Result<Amount, Trouble> {
    Amount::parse(text).map_err(|_| Trouble::usage(format!("看不懂金额 {text}。应为 900.00 的形式。")))
}

pub async fn preview(
    bookkeeper: &Bookkeeper,
    (book, day): (&str, &str),
    dividend: Option<&str>,
    optional_reserve: &str,
    as_json: bool,
) -> Result<(), Trouble> {
    let view = find_book(bookkeeper, book)?;
    let dividend = dividend.map(amount).transpose()?;
    let preview = bookkeeper.dividend_preview(&view, date(day)?, dividend, amount(optional_reserve)?).await?;
    if as_json {
        return print::json(&preview);
    }
    let figures = preview.figures;
    say!("{} 利润分配预览  {}（{} 年度）  单位：元", view.profile.name, preview.date, figures.year);
    let items = [
        ("净利润", figures.net_profit),
        ("此前未分配利润", figures.undistributed_before),
        ("弥补亏损", preview.losses_covered),
        ("已提法定盈余公积", figures.statutory_reserve_before),
        ("注册资本（认缴合计）", figures.registered_capital),
        ("提取法定盈余公积", preview.statutory_reserve),
        ("提取任意盈余公积", preview.optional_reserve),
        ("可供分配", preview.distributable),
        ("分配利润", preview.dividend),
        ("分配后未分配利润", preview.undistributed_after),
    ];
    let rows: Vec<Vec<String>> = items.iter().map(|(name, amount)| vec![(*name).to_owned(), amount.with_commas()]).collect();
    print::table(&[("项目", Align::Left), ("金额", Align::Right)], &rows);
    if !preview.communities.is_empty() {
        let columns = [("社区", Align::Left), ("名称", Align::Left), ("实缴", Align::Right), ("应分", Align::Right)];
        let row = |one: &crate::bookkeeper::dividend::PreviewRow| {
            vec![one.holder.to_string(), one.name.clone(), one.paid_in.with_commas(), one.dividend.with_commas()]
        };
        print::table(&columns, &preview.communities.iter().map(row).collect::<Vec<_>>());
    }
    preview.refusals.iter().for_each(|refusal| say!("不能这样分配：{}（{}）", refusal.message, refusal.code));
    say!("dividend_resolved（补填 code、number 后登记）：{}", preview.record);
    Ok(())
}

pub fn intercompany(bookkeeper: &Bookkeeper, as_json: bool) -> Result<(), Trouble> {
    let report = bookkeeper.intercompany();
    if as_json {
        return print::json(&report);
    }
    let columns = [
        ("公司账套", Align::Left),
        ("决议", Align::Left),
        ("社区", Align::Left),
        ("社区账套", Align::Left),
        ("应付", Align::Right),
        ("已付", Align::Right),
        ("未付", Align::Right),
        ("应收", Align::Right),
        ("已收", Align::Right),
        ("未收", Align::Right),
        ("差额", Align::Right),
        ("结果", Align::Left),
    ];
    let side = |side: Account| [side.declared, side.settled, side.open].map(Amount::with_commas);
    let row = |row: &TieRow| {
        let mut cells = vec![row.company.clone(), row.resolution.clone(), row.holder.to_string()];
        cells.push(row.book.clone().unwrap_or_default());
        cells.extend(side(row.company_side));
        cells.extend(row.community_side.map_or([const { String::new() }; 3], side));
        cells.push(row.difference.map(Amount::with_commas).unwrap_or_default());
        cells.push(row.tie.chinese().to_owned());
        cells
    };
    print::table(&columns, &report.rows.iter().map(row).collect::<Vec<_>>());
    say!(
        "相符 {} 行，不符 {} 行，社区无账套 {} 行；差额合计 {}。",
        report.tied,
        report.differing,
        report.without_book,
        report.difference.with_commas()
    );
    Ok(())
}

pub fn community_income(table: &CommunityIncomeTable) {
    say!("各社区自有收入与公司分配  {} 至 {}  单位：元（公司分配不计入总收入）", table.range.from, table.range.to);
    let names = ["社区", "经营收入", "投资收益", "补助及其他", "经营性收入", "总收入", "公司分配", "其中未付"];
    let columns = names.map(|name| (name, if name == "社区" { Align::Left } else { Align::Right }));
    let row = |name: &str, row: &CommunityIncome| {
        let amounts =
            [row.operating, row.investment, row.other, row.operating_income, row.total_income, row.distributed, row.unpaid];
        [vec![name.to_owned()], amounts.map(Amount::with_commas).to_vec()].concat()
    };
    let rows = table.rows.iter().map(|one| row(&one.name, one)).chain([row("合计", &table.total)]);
    print::table(&columns, &rows.collect::<Vec<_>>());
}
