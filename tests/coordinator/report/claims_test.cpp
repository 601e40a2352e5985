#include "coordinator/report/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sql/database.hpp"

namespace hone {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string read(const std::string& name) {
  std::ifstream file(std::string(HONE_SOURCE_DIR "/sql/") + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::map<std::string, ClaimCell ClaimRow::*> table_ii = {
    {"0x", &ClaimRow::base},
    {"no-quality-1x", &ClaimRow::no_quality_1x},
    {"no-quality-2x", &ClaimRow::no_quality_2x},
    {"quality-1x", &ClaimRow::quality_1x},
    {"quality-2x", &ClaimRow::quality_2x}};
const std::map<std::string, ClaimCell ClaimRow::*> table_iii = {
    {"quality-2x", &ClaimRow::scratch_2x},
    {"scratch-validation", &ClaimRow::scratch_validation},
    {"scratch-best", &ClaimRow::scratch_best},
    {"warm-validation", &ClaimRow::warm_validation},
    {"warm-best", &ClaimRow::warm_best}};

ClaimRow& row_of(std::vector<ClaimRow>& rows, const std::string& dataset) {
  for (ClaimRow& row : rows) {
    if (row.dataset == dataset) return row;
  }
  rows.push_back({});
  rows.back().dataset = dataset;
  return rows.back();
}

void read_table(Database& database, const std::string& query,
                const std::map<std::string, ClaimCell ClaimRow::*>& columns,
                std::vector<ClaimRow>& rows) {
  Statement cells = database.prepare(query);
  while (cells.step()) {
    ClaimCell& cell = row_of(rows, cells.text(0)).*columns.at(cells.text(1));
    cell.dice = cells.real(2);
    if (!cells.is_null(3)) cell.iterations = static_cast<std::int32_t>(cells.integer(3));
    cell.bold = cells.integer(4) == 1;
  }
}

/// Both tables as sql/ has them.
std::vector<ClaimRow> printed_rows() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("hone-claims-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::vector<ClaimRow> rows;
  {
    Database database(folder / "paper.db", Database::Mode::read_write);
    database.execute(read("paper.sql") + read("paper_iii.sql"));
    read_table(database,
               "SELECT p.dataset, p.column_name, p.dice, NULL, b.dataset IS NOT NULL "
               "FROM paper_table_ii p LEFT JOIN paper_table_ii_bold b "
               "ON b.dataset = p.dataset AND b.column_name = p.column_name",
               table_ii, rows);
    read_table(database, "SELECT * FROM paper_table_iii", table_iii, rows);
  }
  std::filesystem::remove_all(folder);
  return rows;
}

Claim claim(const std::string& id, const std::vector<ClaimRow>& rows) {
  for (const Claim& each : check_claims(rows, {})) {
    if (each.id == id) return each;
  }
  ADD_FAILURE() << "no claim " << id;
  return {};
}

Claim printed_claim(const std::string& id) {
  return claim(id, printed_rows());
}

TEST(Claims, StandInTheRegistersOrder) {
  std::vector<Claim> others(2);
  others[0].id = "I16";
  others[1].id = "I11";
  std::vector<std::string> ids;
  for (const Claim& each : check_claims(printed_rows(), others)) ids.push_back(each.id);
  EXPECT_THAT(ids, ElementsAre("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11",
                               "I13", "I14", "I16"));
}

TEST(Claims, OfThePrintedColumnsAreThoseOfTheRegister) {
  EXPECT_EQ(printed_claim("I1").verdict, "6/6");
  EXPECT_EQ(printed_claim("I1").holds, Holds::yes);
  EXPECT_EQ(printed_claim("I4").verdict, "4/6");
  EXPECT_EQ(printed_claim("I4").holds, Holds::partly);
  EXPECT_THAT(printed_claim("I4").details,
              ElementsAre("PH2 +0.04", "ISBI 2017 -0.64", "Teeth-UCV +0.41",
                          "Breast-Aesthetics -0.24", "Cervix-HUC -0.64", "Cervix-MobileODT -0.08"));
  EXPECT_EQ(printed_claim("I5").verdict, "5/6");
  EXPECT_THAT(printed_claim("I5").details,
              ElementsAre("PH2 +0.01", "ISBI 2017 +0.05", "Teeth-UCV +0.99",
                          "Breast-Aesthetics -0.13", "Cervix-HUC +0.05", "Cervix-MobileODT +0.11"));
}

TEST(Claims, OfThePrintedBoldNumbersAreThoseOfTheRegister) {
  EXPECT_EQ(printed_claim("I2").verdict, "11/12");
  EXPECT_THAT(printed_claim("I2").details,
              ElementsAre("Table III Cervix-MobileODT: 88.22 is bold, the best is 88.37"));
  EXPECT_EQ(printed_claim("I3").verdict, "1/2");
  EXPECT_THAT(
      printed_claim("I3").details,
      ElementsAre("Table III PH2: 90.84 = 90.84", "Table III Cervix-MobileODT: 88.22 < 88.37"));
}

TEST(Claims, OfThePrintedGainsAreThoseOfTheRegister) {
  EXPECT_EQ(printed_claim("I6").verdict, "4/6");
  EXPECT_EQ(printed_claim("I6").details[3], "Breast-Aesthetics +0.20, with quality +1.30");
  EXPECT_EQ(printed_claim("I6").details[5], "Cervix-MobileODT +0.81, with quality +1.09");
  EXPECT_EQ(printed_claim("I7").verdict,
            "3/6, mean Warm - Quality 2x -0.14, mean Scratch - Quality 2x -0.99");
  EXPECT_EQ(printed_claim("I7").holds, Holds::no);
  EXPECT_THAT(printed_claim("I7").details,
              ElementsAre("PH2 +0.43", "ISBI 2017 -0.59", "Teeth-UCV +0.04",
                          "Breast-Aesthetics +0.06", "Cervix-HUC -0.76", "Cervix-MobileODT -0.15"));
  EXPECT_EQ(printed_claim("I8").verdict, "2 rows worse than 0x");
  EXPECT_THAT(printed_claim("I8").details,
              ElementsAre("Cervix-HUC Scratch -1.57: worse than 0x",
                          "Cervix-MobileODT Scratch -0.09: worse than 0x"));
}

TEST(Claims, OfThePrintedIterationsAreThoseOfTheRegister) {
  EXPECT_EQ(printed_claim("I9").verdict, "3 of 4 differ");
  EXPECT_THAT(printed_claim("I9").details,
              ElementsAre("Breast-Aesthetics Scratch (2): 93.18 and 93.35",
                          "Cervix-HUC Scratch (1): 75.28 and 75.29",
                          "Cervix-MobileODT Warm (2): 88.22 and 88.23"));
  EXPECT_EQ(printed_claim("I10").verdict, "at most 11");
  EXPECT_EQ(printed_claim("I10").holds, Holds::no);
  EXPECT_EQ(printed_claim("I13").details,
            std::vector<std::string>{"Teeth-UCV 83.84 and 84.83 (+0.99)"});
  EXPECT_THAT(printed_claim("I14").details, ElementsAre("PH2 90.84 (3) and (9)"));
}

TEST(Claims, WithoutNumbersAreNotComputableAndSayWhy) {
  for (const auto& rows : {std::vector<ClaimRow>{{.dataset = "PH2"}}, std::vector<ClaimRow>{}}) {
    for (const Claim& each : check_claims(rows, {})) {
      EXPECT_EQ(each.holds, Holds::not_computable) << each.id;
      EXPECT_NE(each.verdict, "") << each.id;
    }
  }
}

TEST(Claims, CountOnlyDataSetsThatHaveTheirNumbers) {
  std::vector<ClaimRow> rows = printed_rows();
  rows[1].no_quality_2x.dice.reset();
  EXPECT_EQ(claim("I4", rows).verdict, "3/5");
  EXPECT_EQ(claim("I5", rows).verdict, "5/6");
}

TEST(Claims, CompareAsPrinted) {
  ClaimRow row{.dataset = "PH2"};
  row.quality_1x.dice = 90.4049;
  row.quality_2x.dice = 90.3951;
  EXPECT_THAT(claim("I5", {row}).details, ElementsAre("PH2 +0.00"));
  EXPECT_EQ(claim("I5", {row}).holds, Holds::no);
}

TEST(Claims, AboutBoldNumbersNeedOne) {
  std::vector<ClaimRow> rows = printed_rows();
  for (ClaimRow& row : rows) {
    for (const auto& [name, cell] : table_ii) (row.*cell).bold = false;
    for (const auto& [name, cell] : table_iii) (row.*cell).bold = false;
  }
  EXPECT_EQ(claim("I2", rows).holds, Holds::not_computable);
  EXPECT_THAT(claim("I3", rows).details, IsEmpty());
}

TEST(Claims, OfTwelveIterationsNeedOneDataSet) {
  std::vector<ClaimRow> rows = printed_rows();
  rows[2].warm_best.iterations = 12;
  EXPECT_EQ(claim("I10", rows).holds, Holds::yes);
}

}  // namespace
}  // namespace hone
