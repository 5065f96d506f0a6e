//! 各社区收入, 门店利润: tables of what ordinary lines come to. The balances are read once, and any number of tables is
//! made of them.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::report::dimension_name;
use crate::bookkeeper::view::View;
use crate::ledger::shop_profit::{ProfitBy, ProfitPart, ShopProfit};
use crate::ledger::statement::{GroupBy, IncomeCell, IncomeTable, Range, RegisterNames};
use crate::ledger::{AccountCode, Amount, Dimension, Element};
use crate::store::StoreError;
use crate::store::nets::{Codes, StretchNets};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What the ordinary lines of one book come to in a range, by month, account and dimension set.
pub struct BookNets {
    pub view: Arc<View>,
    stretches: Vec<StretchNets>,
}

/// Debit less credit by account and by what a column is called before dimension sets are looked at; within that by set.
type Columns = BTreeMap<(AccountCode, Arc<str>), HashMap<i64, Amount>>;

impl BookNets {
    /// Nets of wanted accounts. The months of a table that does not show them are added up here, so that little is left to
    /// be named. `None` when a sum leaves an `i64`.
    fn columns(&self, wanted: impl Fn(&AccountCode) -> bool, group_by: GroupBy) -> Option<Columns> {
        let mut columns = Columns::new();
        for StretchNets { stretch: (period, account), nets } in self.stretches.iter().filter(|one| wanted(&one.stretch.1)) {
            let name = match group_by {
                GroupBy::Month => period.to_string(),
                GroupBy::Account => account.to_string(),
                GroupBy::Nothing | GroupBy::By(_) => String::new(),
            };
            let sums = columns.entry((*account, name.into())).or_default();
            for (set, net) in nets {
                let sum = sums.entry(*set).or_default();
                *sum = sum.checked_add(*net)?;
            }
        }
        Some(columns)
    }
}

/// What lines on one account that carry a value come to, in one column of a table.
struct Part {
    /// The value's code.
    code: Arc<str>,
    account: AccountCode,
    /// A month, an account, a code of another dimension, or nothing: see [`GroupBy`].
    group: Arc<str>,
    /// Debit less credit.
    net: Amount,
}

/// What one value of a dimension earned and cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionProfit {
    pub code: String,
    pub name: String,
    /// Credit less debit of income accounts.
    pub income: Amount,
    /// Debit less credit of expense accounts.
    pub expense: Amount,
    pub profit: Amount,
}

impl DimensionProfit {
    /// `None` when a sum leaves an `i64`.
    fn add(&mut self, element: Option<Element>, net: Amount) -> Option<()> {
        match element {
            Some(Element::Income) => self.income = self.income.checked_sub(net)?,
            Some(Element::Expense) => self.expense = self.expense.checked_add(net)?,
            _ => {}
        }
        self.profit = self.income.checked_sub(self.expense)?;
        Some(())
    }
}

fn too_large(what: &str) -> StoreError {
    StoreError::Corrupt(format!("{what} leaves the range of amounts"))
}

impl Bookkeeper {
    /// Reads what the tables of the given books are made of.
    pub async fn nets(&self, views: &[Arc<View>], range: Range) -> Result<Vec<BookNets>, StoreError> {
        let mut books = Vec::with_capacity(views.len());
        for view in views {
            let stretches = self.store.ordinary_nets(view.number, range).await?;
            books.push(BookNets { view: Arc::clone(view), stretches });
        }
        Ok(books)
    }

    /// Lines on wanted accounts that carry a value of a dimension, put into columns.
    async fn parts(
        &self,
        book: &BookNets,
        wanted: impl Fn(&AccountCode) -> bool,
        dimension: Dimension,
        group_by: GroupBy,
    ) -> Result<Vec<Part>, StoreError> {
        let codes = self.store.codes(book.view.number, dimension).await?;
        let groups = match group_by {
            GroupBy::By(other) => self.store.codes(book.view.number, other).await?,
            GroupBy::Nothing | GroupBy::Month | GroupBy::Account => Codes::new(),
        };
        let mut parts = Vec::new();
        for ((account, column), sums) in book.columns(wanted, group_by).ok_or_else(|| too_large("a sum over months"))? {
            parts.extend(sums.into_iter().filter_map(|(set, net)| {
                let group = groups.get(&set).unwrap_or(&column);
                Some(Part { code: Arc::clone(codes.get(&set)?), account, group: Arc::clone(group), net })
            }));
        }
        Ok(parts)
    }

    /// 各社区收入 over the given books.
    pub async fn income_by_community(
        &self,
        views: &[Arc<View>],
        range: Range,
        group_by: GroupBy,
    ) -> Result<IncomeTable, StoreError> {
        self.income_table(&self.nets(views, range).await?, range, group_by).await
    }

    /// 各社区收入 of what was read.
    pub async fn income_table(&self, books: &[BookNets], range: Range, group_by: GroupBy) -> Result<IncomeTable, StoreError> {
        let mut cells = Vec::new();
        let over_all = || too_large("income over all books");
        for book in books {
            let income = |code: &AccountCode| element(&book.view, code) == Some(Element::Income);
            for part in self.parts(book, income, Dimension::Community, group_by).await? {
                let amount = part.net.checked_neg().ok_or_else(over_all)?;
                cells.push(IncomeCell { community: part.code, group: part.group, amount });
            }
        }
        let books = books.iter().map(|book| (&*book.view.chart, &*book.view.dimensions)).collect();
        IncomeTable::compute(range, &cells, &RegisterNames { books, group_by }).ok_or_else(over_all)
    }

    /// Income, expense and profit by the values of one dimension of what was read, by code.
    pub async fn profit_by(&self, books: &[BookNets], dimension: Dimension) -> Result<Vec<DimensionProfit>, StoreError> {
        let mut sums: BTreeMap<Arc<str>, DimensionProfit> = BTreeMap::new();
        for book in books {
            for part in self.parts(book, |_| true, dimension, GroupBy::Nothing).await? {
                let row = sums.entry(part.code).or_insert_with_key(|code| DimensionProfit {
                    code: code.to_string(),
                    name: dimension_name(&book.view.dimensions, dimension, code),
                    income: Amount::ZERO,
                    expense: Amount::ZERO,
                    profit: Amount::ZERO,
                });
                row.add(element(&book.view, &part.account), part.net).ok_or_else(|| too_large("a profit"))?;
            }
        }
        Ok(sums.into_values().collect())
    }

    /// 门店利润 over the given books; of one shop, if it is named.
    pub async fn shop_profit(
        &self,
        views: &[Arc<View>],
        range: Range,
        by: ProfitBy,
        shop: Option<&str>,
    ) -> Result<ShopProfit, StoreError> {
        let group_by = match by {
            ProfitBy::Shop => GroupBy::Nothing,
            ProfitBy::Month => GroupBy::Month,
            ProfitBy::Channel => GroupBy::By(Dimension::Channel),
        };
        let mut profit = ShopProfit::new(range, by);
        for book in &self.nets(views, range).await? {
            let view = &book.view;
            for part in self.parts(book, |_| true, Dimension::Shop, group_by).await? {
                if shop.is_some_and(|shop| *shop != *part.code) {
                    continue;
                }
                let place = view.chart.get(&part.account).and_then(|account| ProfitPart::of(view.profile.standard, account));
                let name = dimension_name(&view.dimensions, Dimension::Shop, &part.code);
                let part_name = match by {
                    ProfitBy::Channel if part.group.is_empty() => "不分渠道".to_owned(),
                    ProfitBy::Channel => dimension_name(&view.dimensions, Dimension::Channel, &part.group),
                    ProfitBy::Month | ProfitBy::Shop => part.group.to_string(),
                };
                profit
                    .add((&part.code, &name), (&part.group, &part_name), place, part.net)
                    .ok_or_else(|| too_large("a profit"))?;
            }
        }
        Ok(profit)
    }
}

/// What an account counts as in these tables; nothing where its income is followed apart.
pub(super) fn element(view: &View, code: &AccountCode) -> Option<Element> {
    view.chart.get(code).map(|account| account.element).filter(|_| !view.registers.follows_apart(code))
}
