#pragma once

#include "cli/command_line.hpp"
#include "cli/output.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace stillwatch::cli {

// What stands before or after every command.
struct Global {
    std::filesystem::path config = "/etc/stillwatch/stillwatch.toml";
    std::filesystem::path socket; // of the daemon's control; empty: as the configuration says
    bool json = false;
    Style style() const { return json ? Style::json : Style::text; }
};

// One group of commands each: declares them on `app`; the chosen one sets `exit_code` as it runs.
struct Program {
    Command app;
    Global& global;
    int& exit_code;
};
void add_setup_commands(Program program);     // init
void add_check_command(Program program);      // check-config
void add_channel_commands(Program program);   // channel
void add_backup_commands(Program program);    // backup, restore
void add_tool_commands(Program program);      // fetch, links, fingerprint
void add_match_command(Program program);      // match
void add_face_commands(Program program);      // faces
void add_crawl_command(Program program);      // crawl
void add_case_commands(Program program);      // case, place, reference
void add_account_commands(Program program);   // account, roles
void add_findings_commands(Program program);  // findings
void add_notice_commands(Program program);    // notice
void add_report_commands(Program program);    // report
void add_alert_commands(Program program);     // alerts
void add_operation_commands(Program program); // outbox, audit, status, alert-test
void add_site_commands(Program program);      // site
void add_evidence_commands(Program program);  // evidence

} // namespace stillwatch::cli
