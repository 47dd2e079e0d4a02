#include "cli/import.hpp"

#include "cases/hash_import.hpp"
#include "cases/plain_name.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace stillwatch::cli {

namespace {

constexpr std::size_t records_a_step = 2'000;
constexpr std::size_t most_skipped_printed = 20;

Result<cases::HashList> read_file(const ImportOptions& options, cases::ListFormat format)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(options.file, error);
    std::ifstream stream(options.file, std::ios::binary);
    if (error || !stream) return Error{Errc::io, fmt::format("{} cannot be read", options.file)};
    if (size > cases::HashList::max_bytes)
        return Error{Errc::too_large, fmt::format("{}: a list has at most {} bytes", options.file,
                                                  cases::HashList::max_bytes)};
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (stream.bad()) return Error{Errc::io, fmt::format("{} cannot be read", options.file)};
    auto list = cases::read_hash_list(text, format);
    if (!list) return Error{list.error().code, fmt::format("{}: {}", options.file, list.error().detail)};
    return list;
}

// "StopNCII July.json" becomes "StopNCII-July".
std::string name_after(const std::string& file)
{
    std::string name;
    for (const char c : std::filesystem::path(file).stem().string())
        name += cases::is_plain_name(std::string_view(&c, 1)) ? c : '-';
    name.resize(std::min(name.size(), cases::max_list_name_bytes));
    return name;
}

struct Totals {
    std::int64_t added = 0;
    std::int64_t known = 0;
    std::int64_t erased = 0;
    std::int64_t left_out = 0;
    std::set<std::string, std::less<>> names;
};

Result<Totals> hand_over(const config::Config& config, const ImportOptions& options,
                         const cases::HashList& list)
{
    Totals totals;
    for (std::size_t at = 0; at < list.records.size(); at += records_a_step) {
        json::array records;
        for (std::size_t i = at; i < std::min(at + records_a_step, list.records.size()); ++i) {
            const auto& record = list.records[i];
            records.push_back(json::array{name_of(record.hash.kind), record.hash.hex(), record.is_withdrawn});
        }
        const auto reply = run(
            config, {"reference.import",
                     {{"case", options.pseudonym}, {"list", options.list}, {"records", std::move(records)}}});
        if (!reply) return reply.error();
        const auto& told = reply->as_object();
        totals.added += number_member(told, "added").value_or(0);
        totals.known += number_member(told, "known").value_or(0);
        totals.erased += number_member(told, "erased").value_or(0);
        totals.left_out += number_member(told, "left_out").value_or(0);
        for (const auto& name : told.at("names").as_array())
            totals.names.emplace(std::string_view(name.as_string()));
    }
    return totals;
}

// Of the list's references, those that the file names no more.
Result<std::vector<std::string>> gone_from(const config::Config& config, const ImportOptions& options,
                                           const Totals& totals, std::size_t& known)
{
    std::vector<std::string> gone;
    for (std::int64_t after = 0;;) {
        const auto reply =
            run(config,
                {"reference.names",
                 {{"case", options.pseudonym}, {"list", options.list}, {"after", after}, {"limit", 5'000}}});
        if (!reply) return reply.error();
        if (reply->as_array().empty()) return gone;
        for (const auto& row : reply->as_array()) {
            const auto& object = row.as_object();
            after = number_member(object, "number").value_or(after);
            auto name = text_member(object, "name").value_or("");
            ++known;
            if (!totals.names.contains(name)) gone.push_back(std::move(name));
        }
    }
}

Result<std::int64_t> forget(const config::Config& config, const ImportOptions& options,
                            const std::vector<std::string>& gone)
{
    std::int64_t erased = 0;
    for (std::size_t at = 0; at < gone.size(); at += records_a_step) {
        json::array names;
        for (std::size_t i = at; i < std::min(at + records_a_step, gone.size()); ++i)
            names.push_back(json::string(gone[i]));
        const auto reply =
            run(config, {"reference.forget",
                         {{"case", options.pseudonym}, {"list", options.list}, {"names", std::move(names)}}});
        if (!reply) return reply.error();
        erased += number_member(reply->as_object(), "erased").value_or(0);
    }
    return erased;
}

void tell_skipped(const ImportOptions& options, const cases::HashList& list)
{
    std::size_t printed = 0;
    for (const auto& skipped : list.skipped) {
        if (printed++ == most_skipped_printed) break;
        fmt::print(stderr, "{}:{}: skipped: {}\n", options.file, skipped.line, skipped.reason);
    }
    if (list.skipped_count > most_skipped_printed)
        fmt::print(stderr, "{}: {} more records skipped\n", options.file,
                   list.skipped_count - most_skipped_printed);
}

// What to do with what a whole list names no more; gives how much was erased.
Result<std::int64_t> erase_gone(const config::Config& config, const ImportOptions& options,
                                const cases::HashList& list, const Totals& totals)
{
    std::size_t known = 0;
    const auto gone = gone_from(config, options, totals, known);
    if (!gone) return gone.error();
    if (gone->empty()) return 0;
    if (totals.left_out > 0 || list.skipped_count > 0) {
        fmt::print(stderr,
                   "{}: {} references of list {} are not among the records that were read; since some could "
                   "not be used, none of them is erased\n",
                   options.file, gone->size(), options.list);
        return 0;
    }
    if (cases::is_suspicious_loss(known, gone->size()) && !options.is_sure)
        return Error{Errc::refused,
                     fmt::format("{} names {} of the {} references of list {} no more, which may be a broken "
                                 "file: nothing is erased; if it is right, import it again with --yes",
                                 options.file, gone->size(), known, options.list)};
    return forget(config, options, *gone);
}

} // namespace

void import_list(Program& program, const ImportOptions& given)
{
    auto options = given;
    const auto fail = [&program](const Error& error) { program.exit_code = print_error(error); };
    const auto format = cases::list_format_from_name(options.format);
    if (!format)
        return fail({Errc::invalid_argument, "--format: hma, csv, threatexchange, stopncii or ncmec"});
    if (*format == cases::ListFormat::ncmec)
        return fail(
            {Errc::refused,
             "lists of NCMEC are of pictures of children: nobody here may look at what matches. Name the "
             "file under [guard] lists of the configuration instead"});
    if (options.list.empty()) options.list = name_after(options.file);
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto list = read_file(options, *format);
    if (!list) return fail(list.error());
    tell_skipped(options, *list);
    auto totals = hand_over(*config, options, *list);
    if (!totals) return fail(totals.error());
    if (is_whole_list(*format)) {
        const auto erased = erase_gone(*config, options, *list, *totals);
        if (!erased) return fail(erased.error());
        totals->erased += *erased;
    }
    if (totals->left_out > 0)
        fmt::print(stderr, "{}: {} hashes left out: a case has at most {} hash-only references\n",
                   options.file, totals->left_out, cases::max_hash_only_references);
    print_object(program.global.style(), {{"case", options.pseudonym},
                                          {"list", options.list},
                                          {"added", totals->added},
                                          {"known", totals->known},
                                          {"erased", totals->erased},
                                          {"skipped", list->skipped_count},
                                          {"other_kinds", list->other_kinds},
                                          {"left_out", totals->left_out}});
}

} // namespace stillwatch::cli
