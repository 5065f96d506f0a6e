//! `init`, `book`, `account`, `reverse`: what changes the books by hand.

use crate::bookkeeper::desk::refused_whole;
use crate::bookkeeper::{Bookkeeper, PostError, random_book_id};
use crate::cli::args::{AccountCommand, BookCommand, BookOpenOptions, InitOptions, Place, ReverseOptions};
use crate::cli::outcome::{Ending, Trouble};
use crate::cli::place::{date, find_book, number, period};
use crate::cli::print::say;
use crate::cli::print::{self, Align};
use crate::ledger::AccountCode;
use crate::ledger::book::{BookProfile, is_book_code};
use crate::ledger::chart::ChartStandard;
use crate::ledger::refusal::Rule;
use crate::ledger::voucher::Signatures;
use serde_json::{Value, json};

pub async fn init(place: &Place, options: InitOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open_or_create(Some(&options.origin)).await?;
    let (books, engine) = (bookkeeper.books().len(), bookkeeper.store().engine());
    if as_json {
        print::json(&json!({ "data": place.data, "engine": engine, "books": books }))?;
    } else {
        say!("账册已就绪：{}（{engine}），现有账套 {books} 个。", place.data.display());
        say!("私钥在 {}，请另行妥善备份；下一步：cunshe book open …", place.data.join("keys").display());
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

pub async fn book(place: &Place, command: BookCommand, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    match command {
        BookCommand::List => list(&bookkeeper, as_json)?,
        BookCommand::Show { book } => {
            find_book(&bookkeeper, &book)?;
            print::json(&describe(&bookkeeper, &book)?)?;
        }
        BookCommand::Open(options) => {
            let profile = profile(&options)?;
            let code = profile.code.clone();
            bookkeeper.open_book(random_book_id(), profile, &options.by).await?;
            place.publish_keys(&bookkeeper)?;
            done(as_json, describe(&bookkeeper, &code)?, &format!("已启用账套 {code}。"))?;
        }
        BookCommand::OpenYear { book, year, by } => {
            let view = find_book(&bookkeeper, &book)?;
            let seq = bookkeeper.open_year(&book, year, &by, view.profile.first_period.first_day()).await?;
            done(
                as_json,
                json!({ "book": book, "year": year.to_string(), "seq": seq }),
                &format!("账套 {book} 已启用 {year} 年度。"),
            )?;
        }
        BookCommand::Close { book, period: text, by } => {
            find_book(&bookkeeper, &book)?;
            let period = period(&text)?;
            let seq = bookkeeper.close_period(&book, period, &by).await?;
            done(as_json, json!({ "book": book, "period": period, "seq": seq }), &format!("账套 {book} 的 {period} 已结账。"))?;
        }
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

fn profile(options: &BookOpenOptions) -> Result<BookProfile, Trouble> {
    if !is_book_code(&options.code) {
        return Err(Trouble::usage("账套编码须以小写字母开头，只含小写字母、数字和连字符，最长 32 个字符。"));
    }
    let standard = ChartStandard::parse(&options.chart).ok_or_else(|| {
        Trouble::usage(
            "科目表只能是 small_enterprise_2013（小企业会计准则）或 rural_collective_2023（农村集体经济组织会计制度）。",
        )
    })?;
    Ok(BookProfile {
        code: options.code.clone(),
        name: options.name.clone(),
        organisation: options.organisation.clone(),
        standard,
        first_period: period(&options.first_period)?,
        attachments_required: options.attachments_required,
    })
}

fn done(as_json: bool, value: Value, text: &str) -> Result<(), Trouble> {
    if as_json {
        return print::json(&value);
    }
    say!("{text}");
    Ok(())
}

fn describe(bookkeeper: &Bookkeeper, code: &str) -> Result<Value, Trouble> {
    let view = find_book(bookkeeper, code)?;
    let periods: Vec<Value> = view.periods.iter().map(|(period, closed)| json!({ "period": period, "closed": closed })).collect();
    Ok(json!({
        "code": code,
        "name": view.profile.name,
        "organisation": view.profile.organisation,
        "chart": view.profile.standard.word(),
        "first_period": view.profile.first_period,
        "attachments_required": view.profile.attachments_required,
        "periods": periods,
        "size": view.latest.seq,
        "root": view.root.to_string(),
        "verifier_key": view.verifier_key,
        "read_only": bookkeeper.is_forked(code),
    }))
}

fn list(bookkeeper: &Bookkeeper, as_json: bool) -> Result<(), Trouble> {
    let views = bookkeeper.books();
    if as_json {
        let books = views.iter().map(|view| describe(bookkeeper, &view.profile.code)).collect::<Result<Vec<_>, _>>()?;
        return print::json(&books);
    }
    let rows: Vec<Vec<String>> = views
        .iter()
        .map(|view| {
            let open =
                view.periods.iter().find(|(_, closed)| !closed).map_or_else(|| "—".into(), |(period, _)| period.to_string());
            vec![
                view.profile.code.clone(),
                view.profile.name.clone(),
                view.profile.standard.chinese().into(),
                open,
                view.latest.seq.to_string(),
            ]
        })
        .collect();
    let columns = [
        ("编码", Align::Left),
        ("名称", Align::Left),
        ("科目表", Align::Left),
        ("未结账起", Align::Left),
        ("条目", Align::Right),
    ];
    print::table(&columns, &rows);
    Ok(())
}

pub async fn account(place: &Place, command: AccountCommand, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    match command {
        AccountCommand::List { book } => {
            let view = find_book(&bookkeeper, &book)?;
            let requires =
                |account: &crate::ledger::Account| account.requires.iter().map(|d| d.chinese()).collect::<Vec<_>>().join("、");
            if as_json {
                let accounts: Vec<Value> = view
                    .chart
                    .iter()
                    .map(|account| {
                        json!({
                            "code": account.code, "name": account.name, "element": account.element, "normal_side": account.normal_side,
                            "official": account.official, "leaf": view.chart.is_leaf(&account.code),
                            "closed": view.chart.is_closed(&account.code), "requires": account.requires,
                        })
                    })
                    .collect();
                print::json(&accounts)?;
            } else {
                let rows: Vec<Vec<String>> = view
                    .chart
                    .iter()
                    .map(|account| {
                        let state = if view.chart.is_closed(&account.code) {
                            "停用"
                        } else if account.official {
                            "制度"
                        } else {
                            "自设"
                        };
                        let (code, side) = (account.code.to_string(), account.normal_side.chinese().to_owned());
                        vec![code, account.name.clone(), account.element.chinese().into(), side, state.into(), requires(account)]
                    })
                    .collect();
                let columns = [
                    ("编码", Align::Left),
                    ("名称", Align::Left),
                    ("要素", Align::Left),
                    ("方向", Align::Left),
                    ("", Align::Left),
                    ("必需辅助核算", Align::Left),
                ];
                print::table(&columns, &rows);
            }
        }
        AccountCommand::Close { book, code, by } => {
            find_book(&bookkeeper, &book)?;
            let account = AccountCode::parse(&code).ok_or_else(|| Trouble::usage(format!("看不懂科目编码 {code}。")))?;
            let seq = bookkeeper.close_account(&book, account, &by, bookkeeper.clock().today()).await?;
            done(as_json, json!({ "book": book, "account": account, "seq": seq }), &format!("科目 {account} 已停用。"))?;
        }
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}

pub async fn reverse(place: &Place, options: ReverseOptions, as_json: bool) -> Result<Ending, Trouble> {
    let bookkeeper = place.open().await?;
    find_book(&bookkeeper, &options.book)?;
    let voucher = (period(&options.period)?, number(&options.number)?);
    let signatures = Signatures {
        prepared_by: options.prepared_by.clone(),
        approved_by: options.approved_by.clone(),
        ..Signatures::default()
    };
    // One voucher can be taken back once: its own number is the key, so that a repeated command is a retry.
    let key = format!("reverse:{}:{}", voucher.0, voucher.1);
    let reversed = bookkeeper.reverse(&options.book, voucher, &key, date(&options.date)?, signatures).await;
    let posted = reversed.map_err(|error| match error {
        PostError::KeyTaken { .. } => PostError::Refused(refused_whole(Rule::AlreadyReversed)),
        other => other,
    })?;
    let receipt = posted.receipts.first().ok_or_else(|| Trouble::internal("没有回执"))?;
    if as_json {
        print::json(&json!({ "receipt": receipt, "replayed": posted.replayed }))?;
    } else {
        let again = if posted.replayed { "（此前已冲销，这是当时的回执）" } else { "" };
        say!(
            "已红字冲销 {} {}：冲销凭证 {} {}，序号 {}。{again}",
            voucher.0,
            voucher.1,
            receipt.period,
            receipt.number,
            receipt.seq
        );
    }
    bookkeeper.close().await;
    Ok(Ending::Done)
}
