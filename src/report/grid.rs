//! Aligned columns under a light header: the one shape of every table on a terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::ink::Ink;
use super::safe;

/// One column.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a> {
    /// Words, flush left.
    Words(&'a str),
    /// Figures, flush right.
    Figures(&'a str),
}

/// A table under construction.
pub struct Grid {
    columns: Vec<(String, CellAlignment)>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with these columns.
    #[must_use]
    pub fn new(columns: &[Column<'_>]) -> Self {
        let columns = columns.iter().map(|column| match column {
            Column::Words(title) => ((*title).to_owned(), CellAlignment::Left),
            Column::Figures(title) => ((*title).to_owned(), CellAlignment::Right),
        });
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Adds a row: a cell for each column.
    ///
    /// # Panics
    /// When the number of cells is not that of the columns.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        assert_eq!(N, self.columns.len(), "a cell for each column");
        self.rows.push(cells.map(|cell| safe::line(&cell)).to_vec());
    }

    /// The table as text, without columns in which no row says anything.
    #[must_use]
    pub fn text(&self, ink: Ink) -> String {
        let said: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.rows.iter().any(|row| !row[*at].is_empty())).collect();
        let cells = |texts: &mut dyn Iterator<Item = &String>| -> Vec<Cell> {
            texts.zip(&said).map(|(text, at)| Cell::new(text).set_alignment(self.columns[*at].1)).collect()
        };
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(cells(&mut said.iter().map(|at| &self.columns[*at].0)));
        for row in &self.rows {
            table.add_row(cells(&mut said.iter().map(|at| &row[*at])));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let mut text = String::new();
        for (number, line) in table.trim_fmt().lines().enumerate() {
            if number == 0 {
                text.push_str(&ink.quiet(line.trim_end()));
            } else {
                text.push_str(line);
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_line_up_at_the_right_and_silent_columns_go() {
        let mut grid = Grid::new(&[Column::Words("who"), Column::Words("site"), Column::Figures("money")]);
        grid.row(["a".into(), String::new(), "1.00".into()]);
        grid.row(["längst".into(), String::new(), "1,000.00".into()]);
        assert_eq!(grid.text(Ink::Plain), "who        money\na           1.00\nlängst  1,000.00\n");
    }
}
