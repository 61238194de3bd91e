//! Listings of users and of groups, which stand in the account's partition by name.

use crate::error::Error;
use crate::stores::Store;
use crate::{keys, rows};
use ports::{Scan, SortRange};
use serde::de::DeserializeOwned;

impl Store {
    /// How many users the account has (1 scan).
    pub async fn count_users(&self) -> Result<usize, Error> {
        self.count_in_account(keys::USER).await
    }

    /// How many groups the account has (1 scan).
    pub async fn count_groups(&self) -> Result<usize, Error> {
        self.count_in_account(keys::GROUP).await
    }

    async fn count_in_account(&self, prefix: &str) -> Result<usize, Error> {
        let range = SortRange::Prefix(prefix.to_owned());
        Ok(self.scan_all(keys::ACCOUNT.to_owned(), range, false).await?.len())
    }

    /// At most `limit` of the account's rows whose sort key is `prefix` and a name, behind the name `after`; and the name to go on
    /// behind, when there are more (1 scan).
    pub(super) async fn identities_by_name<R: DeserializeOwned>(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<R>, Option<String>), Error> {
        let scan = Scan {
            partition: keys::ACCOUNT.to_owned(),
            range: SortRange::Prefix(prefix.to_owned()),
            after: after.map(|name| format!("{prefix}{name}")),
            limit,
            reverse: false,
        };
        let page = self.parts.table.scan(&scan).await?;
        let found = page.rows.iter().map(rows::decode).collect::<Result<_, _>>()?;
        let next = page.next.map(|sort| sort.strip_prefix(prefix).unwrap_or(&sort).to_owned());
        Ok((found, next))
    }
}
