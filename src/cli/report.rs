//! `report`: figures as tables for people, or as JSON.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::posted::PostedVoucher;
use crate::bookkeeper::report::covered;
use crate::bookkeeper::view::View;
use crate::cli::args::{Place, RangeOptions, ReportCommand};
use crate::cli::distribution;
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book, number, period};
use crate::cli::print::say;
use crate::cli::print::{self, Align};
use crate::ledger::shop_profit::{ProfitBy, ProfitFigures, ShopProfit};
use crate::ledger::statement::{Columns, GroupBy, IncomeTable, Range, TrialBalance};
use crate::ledger::{AccountCode, Amount, Dimension, Side};
use std::slice;
use std::sync::Arc;

pub async fn run(place: &Place, command: ReportCommand, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    match command {
        ReportCommand::TrialBalance { book, range, only } => {
            let view = find_book(&bookkeeper, &book)?;
            let range = range.range(slice::from_ref(&view))?;
            let filter = only.as_deref().map(dimension_filter).transpose()?;
            let table = bookkeeper.trial_balance(&view, range, filter).await?;
            if as_json { print::json(&table)? } else { print_trial_balance(&view, &table) }
        }
        ReportCommand::IncomeByCommunity { book, range, group_by } => {
            let group_by = GroupBy::parse(&group_by).ok_or_else(|| Trouble::usage(format!("分栏只能是 {}。", GroupBy::WORDS)))?;
            let (table, views) = income(&bookkeeper, book.as_deref(), &range, group_by).await?;
            if as_json { print::json(&table)? } else { print_income(&table, &views) }
        }
        ReportCommand::ShopProfit { book, shop, range, by } => {
            let by = ProfitBy::parse(&by).ok_or_else(|| Trouble::usage(format!("分行只能是 {}。", ProfitBy::WORDS)))?;
            let views =
                covered(&bookkeeper, book.as_deref()).ok_or_else(|| Trouble::no_book(book.as_deref().unwrap_or_default()))?;
            let range = range.range(&views)?;
            let table = bookkeeper.shop_profit(&views, range, by, shop.as_deref()).await?;
            if as_json { print::json(&table)? } else { print_shop_profit(&table) }
        }
        ReportCommand::AccountLines { book, account, range } => {
            let view = find_book(&bookkeeper, &book)?;
            let range = range.range(slice::from_ref(&view))?;
            account_lines(&bookkeeper, &view, &account, range, as_json).await?;
        }
        ReportCommand::VatGauge { book, day } => {
            let view = find_book(&bookkeeper, &book)?;
            let day = day.as_deref().map_or_else(|| Ok(bookkeeper.clock().today()), date)?;
            let gauge = bookkeeper.vat_gauge(&view, day).await?;
            let unknown = || Trouble::new(11, "threshold_unknown", format!("没有登记 {day} 的起征点。请先更新税率表。"));
            let gauge = gauge.ok_or_else(unknown)?;
            if as_json {
                print::json(&gauge)?
            } else {
                let (used, limit) = (gauge.gauge.used.with_commas(), gauge.gauge.limit.with_commas());
                let verdict = if gauge.gauge.reached { "达到起征点，全额纳税" } else { "未达起征点" };
                let apart = match gauge.gauge.real_estate {
                    none if none.is_zero() => String::new(),
                    sold => format!("（另有销售不动产 {}，单独计算）", sold.with_commas()),
                };
                say!("{} 至 {}：不含税销售额 {used}{apart}，起征点 {limit}，{verdict}。", gauge.quarter.from, gauge.quarter.to);
            }
        }
        ReportCommand::DividendPreview { book, date, dividend, optional_reserve } => {
            distribution::preview(&bookkeeper, (&book, &date), dividend.as_deref(), &optional_reserve, as_json).await?;
        }
        ReportCommand::CommunityIncome { range } => {
            let views = bookkeeper.books();
            let table = bookkeeper.community_income(&views, range.range(&views)?).await?;
            if as_json { print::json(&table)? } else { distribution::community_income(&table) }
        }
        ReportCommand::Intercompany => distribution::intercompany(&bookkeeper, as_json)?,
        ReportCommand::Voucher { book, period: text, number: typed } => {
            let view = find_book(&bookkeeper, &book)?;
            let (period, number) = (period(&text)?, number(&typed)?);
            let found = bookkeeper.voucher(&view, period, number).await?;
            let posted = found
                .ok_or_else(|| Trouble::new(11, "voucher_unknown", format!("账套 {book} 在 {period} 没有凭证 {number}。")))?;
            if as_json { print::json(&posted.json())? } else { print_voucher(&view, &posted) }
        }
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

fn dimension_filter(text: &str) -> Result<(Dimension, &str), Trouble> {
    let found = text.split_once('=').and_then(|(word, code)| Some((Dimension::parse(word)?, code)));
    found.ok_or_else(|| Trouble::usage(format!("看不懂 {text}。应为 类别=编码，如 社区=520627001001。")))
}

/// The income table of one book or of all.
pub async fn income(
    bookkeeper: &Bookkeeper,
    book: Option<&str>,
    range: &RangeOptions,
    group_by: GroupBy,
) -> Result<(IncomeTable, Vec<Arc<View>>), Trouble> {
    let views = covered(bookkeeper, book).ok_or_else(|| Trouble::no_book(book.unwrap_or_default()))?;
    let range = range.range(&views)?;
    let table = bookkeeper.income_by_community(&views, range, group_by).await?;
    Ok((table, views))
}

fn print_trial_balance(view: &View, table: &TrialBalance) {
    say!("{} 科目余额表  {} 至 {}  单位：元", view.profile.name, table.range.from, table.range.to);
    let columns = [
        ("科目编码", Align::Left),
        ("科目名称", Align::Left),
        ("期初借方", Align::Right),
        ("期初贷方", Align::Right),
        ("本期借方", Align::Right),
        ("本期贷方", Align::Right),
        ("期末借方", Align::Right),
        ("期末贷方", Align::Right),
    ];
    let cells = |code: String, name: String, parts: [Columns; 3]| {
        let mut row = vec![code, name];
        row.extend(parts.iter().flat_map(|part| [print::amount(part.debit), print::amount(part.credit)]));
        row
    };
    let mut rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| cells(row.account.to_string(), row.name.clone(), [row.opening, row.movement, row.closing]))
        .collect();
    for (name, totals) in [("合计", &table.totals), ("表外合计", &table.memorandum_totals)] {
        rows.push(cells(String::new(), name.into(), [totals.opening, totals.movement, totals.closing]));
    }
    print::table(&columns, &rows);
}

pub fn print_income(table: &IncomeTable, views: &[Arc<View>]) {
    let books: Vec<&str> = views.iter().map(|view| view.profile.name.as_str()).collect();
    say!("各社区收入表  {} 至 {}  单位：元  账套：{}", table.range.from, table.range.to, books.join("、"));
    let mut columns = vec![("街道", Align::Left), ("社区", Align::Left)];
    let single = table.groups.len() <= 1;
    if !single {
        columns.extend(table.groups.iter().map(|group| (group.name.as_str(), Align::Right)));
    }
    columns.push(("合计", Align::Right));
    let mut rows = Vec::with_capacity(table.rows.len() + 1);
    for row in &table.rows {
        let mut cells = vec![row.street.clone(), row.name.clone()];
        if !single {
            cells.extend(row.cells.iter().map(|cell| print::amount(*cell)));
        }
        cells.push(row.total.with_commas());
        rows.push(cells);
    }
    let mut total = vec!["合计".to_owned(), format!("{} 个社区", table.rows.len())];
    if !single {
        total.extend(table.groups.iter().map(|group| group.total.with_commas()));
    }
    total.push(table.total.with_commas());
    rows.push(total);
    print::table(&columns, &rows);
}

fn print_shop_profit(table: &ShopProfit) {
    say!("门店利润表  {} 至 {}  单位：元", table.range.from, table.range.to);
    let figures = ["销售净额", "销售成本", "毛利", "其他收入", "费用", "利润"].map(|name| (name, Align::Right));
    let columns = [&[("门店", Align::Left), (table.by.chinese(), Align::Left)][..], &figures].concat();
    let cells = |name: &str, part: &str, figures: &ProfitFigures| {
        let amounts = [figures.sales, figures.cost, figures.gross_profit, figures.other_income, figures.expenses, figures.profit];
        [vec![name.to_owned(), part.to_owned()], amounts.map(Amount::with_commas).to_vec()].concat()
    };
    let mut rows: Vec<Vec<String>> = table.rows().map(|row| cells(&row.name, &row.part_name, &row.figures)).collect();
    rows.push(cells("合计", "", &table.total));
    print::table(&columns, &rows);
}

async fn account_lines(bookkeeper: &Bookkeeper, view: &View, typed: &str, range: Range, as_json: bool) -> Result<(), Trouble> {
    let account = AccountCode::parse(typed).filter(|code| view.chart.get(code).is_some());
    let account = account.ok_or_else(|| Trouble::new(11, "account_unknown", format!("账套中没有科目 {typed}。")))?;
    let mut page = bookkeeper.account_lines(view, account, range, None, u32::MAX).await?;
    let mut lines = std::mem::take(&mut page.lines);
    let mut next = page.next.take();
    while let Some(cursor) = next {
        let more = bookkeeper.account_lines(view, account, range, Some(cursor), u32::MAX).await?;
        lines.extend(more.lines);
        next = more.next;
    }
    page.lines = lines;
    if as_json {
        return print::json(&page);
    }
    say!(
        "{} 明细账  {} {}  {} 至 {}  期初 {}",
        view.profile.name,
        account,
        page.name,
        range.from,
        range.to,
        page.opening.with_commas()
    );
    let columns = [
        ("日期", Align::Left),
        ("凭证", Align::Left),
        ("摘要", Align::Left),
        ("借方", Align::Right),
        ("贷方", Align::Right),
        ("余额", Align::Right),
    ];
    let row = |line: &crate::bookkeeper::report::AccountLine| {
        let amount = line.amount.with_commas();
        let (debit, credit) = if line.side == Side::Debit { (amount, String::new()) } else { (String::new(), amount) };
        vec![line.date.to_string(), line.number.to_string(), line.memo.clone(), debit, credit, line.balance.with_commas()]
    };
    print::table(&columns, &page.lines.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn print_voucher(view: &View, posted: &PostedVoucher) {
    let voucher = &posted.voucher;
    say!("{}  记账凭证  {}  {}  附单据 {} 张", view.profile.name, voucher.number, voucher.date, voucher.attachment_count);
    say!("摘要：{}", voucher.memo);
    let columns = [("科目", Align::Left), ("借方", Align::Right), ("贷方", Align::Right), ("辅助核算", Align::Left)];
    let rows: Vec<Vec<String>> = voucher
        .lines
        .iter()
        .map(|line| {
            let amount = line.amount.with_commas();
            let (debit, credit) = if line.side == Side::Debit { (amount, String::new()) } else { (String::new(), amount) };
            let dimensions: Vec<String> =
                line.dimensions.iter().map(|(dimension, code)| format!("{}={code}", dimension.chinese())).collect();
            vec![format!("{} {}", line.account, line.account_name), debit, credit, dimensions.join(" ")]
        })
        .collect();
    print::table(&columns, &rows);
    let signed = &voucher.signatures;
    say!("制单 {}  审核 {}  记账 {}", signed.prepared_by, signed.approved_by, voucher.posted_by);
    let origin = posted.origin();
    if !origin.is_empty() {
        say!("来源 {origin}");
    }
    if let Some(reversed) = &voucher.reverses {
        say!("本凭证冲销 {} {}", reversed.period, reversed.number);
    }
    if let Some(seq) = posted.reversed_by {
        say!("本凭证已被序号 {seq} 的凭证冲销");
    }
    say!("序时账第 {} 条，哈希值 {}", posted.seq, posted.leaf);
}
