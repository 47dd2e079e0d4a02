#pragma once

#include "cli/command.hpp"
#include "core/json.hpp"

#include <string>
#include <string_view>

// Inside this folder only: which findings are meant, and what is done with them.
namespace stillwatch::cli {

// What narrows findings down; empty: all.
struct FindingFilter {
    std::string case_name; // of commands whose case is an option
    std::string state;
    std::string tier;
    std::string site;
    std::string host;
    std::string older_than;
    std::string assigned;

    bool is_empty() const;
};
void add_filter_options(Command command, FindingFilter& filter);
json::object arguments_of(const FindingFilter& filter);

// A member of a reply as text; empty where there is none.
std::string text_of(const json::object& row, std::string_view name);

void list_groups(Program& program, json::object arguments);
void print_history(const json::array& rows);

// findings confirm, dismiss, unsure, mark, undo, assign.
void add_finding_work(Program program, Command findings);

} // namespace stillwatch::cli
