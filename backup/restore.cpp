#include "backup/restore.hpp"

#include "backup/files.hpp"
#include "evidence/stamp_file.hpp"
#include "store/evidence_table.hpp"
#include "store/frontier_tables.hpp"
#include "store/guard_tombstones.hpp"
#include "store/store_lock.hpp"
#include "store/tombstone_file.hpp"
#include "vault/installation.hpp"
#include "vault/pending_file.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <stdexcept>

namespace stillwatch::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view staging_name = ".restoring";

Error io_error(std::string_view what, const fs::path& path, const std::error_code& error)
{
    return {Errc::io, fmt::format("{} {}: {}", what, path.string(), error.message())};
}

bool is_there(const fs::path& path)
{
    std::error_code ignored; // unreadable is told where it is opened
    return fs::exists(path, ignored);
}

Result<void> move_to(const fs::path& from, const fs::path& to)
{
    std::error_code error;
    fs::rename(from, to, error);
    if (error) return io_error("rename", from, error);
    return {};
}

// One restoring, step by step; each step leaves the installation usable as it was until place().
class Restoring {
public:
    Restoring(const Installation& installation, const fs::path& folder, const RestoreOptions& options,
              Timestamp now)
        : at_(installation), from_(folder), options_(options), actor_{options.actor, now},
          staging_(at_.storage / staging_name),
          aside_("replaced-" + std::to_string(now.time_since_epoch().count() / 1000))
    {
    }

    Result<Restored> run()
    {
        for (const auto step :
             {&Restoring::check_backup, &Restoring::check_place, &Restoring::lock, &Restoring::check_keys,
              &Restoring::stage, &Restoring::ask_present, &Restoring::mend, &Restoring::place_evidence,
              &Restoring::place, &Restoring::hand_over}) {
            auto done = guarded(step);
            if (!done) {
                clean();
                return done.error();
            }
        }
        clean();
        return told_;
    }

private:
    using Step = Result<void> (Restoring::*)();

    Result<void> guarded(Step step)
    {
        try {
            return (this->*step)();
        } catch (const std::runtime_error& error) { // a database that cannot be read
            return Error{Errc::corrupt, error.what()};
        }
    }

    Result<void> check_backup()
    {
        auto manifest = read_manifest(from_);
        if (!manifest) return manifest.error();
        told_.manifest = *std::move(manifest);
        for (const auto& file : told_.manifest.files) {
            const auto path = from_ / told_.manifest.state / file.name;
            const auto measured = measure(path);
            if (!measured) return measured.error();
            if (measured->size != file.size || measured->digest != file.digest)
                return Error{Errc::corrupt,
                             fmt::format("{} is not what the backup says it is", path.string())};
        }
        return {};
    }

    Result<void> check_place()
    {
        if (is_within(from_, at_.storage) || is_within(from_, at_.evidence))
            return Error{Errc::refused, fmt::format("{} lies inside the installation", from_.string())};
        const bool is_occupied = is_there(at_.storage / cases_name) ||
                                 is_there(at_.storage / frontier_name) ||
                                 (is_there(at_.evidence) && !fs::is_empty(at_.evidence));
        if (is_occupied && !options_.replaces)
            return Error{
                Errc::exists,
                fmt::format("{} holds a store; --force puts it aside and takes the backup in its place",
                            at_.storage.string())};
        for (const auto& directory : {at_.storage, at_.evidence}) {
            if (is_there(directory)) continue;
            std::error_code error;
            fs::create_directories(directory.parent_path(), error);
            if (error) return io_error("make", directory.parent_path(), error);
            if (auto made = make_directory(directory); !made) return made;
        }
        return {};
    }

    Result<void> lock()
    {
        auto taken = store::StoreLock::acquire(at_.storage);
        if (!taken && taken.error().code == Errc::refused)
            return Error{Errc::refused,
                         taken.error().detail + ": stop the daemon first (systemctl stop stillwatchd)"};
        if (!taken) return taken.error();
        lock_.emplace(*std::move(taken));
        return {};
    }

    Result<void> check_keys()
    {
        const auto here = at_.storage / "keys";
        const auto& folder = options_.keys.empty() ? here : options_.keys;
        const auto keys = vault::load_installation_keys({folder, {}});
        if (!keys) {
            told_.lacks_keys = options_.keys.empty() && keys.error().code == Errc::not_found;
            if (told_.lacks_keys) return {};
            return keys.error();
        }
        const auto key = to_hex(keys->sealing.public_key.bytes);
        if (!told_.manifest.installation_key.empty() && key != told_.manifest.installation_key)
            return Error{
                Errc::refused,
                fmt::format("the keys in {} are not those of this backup: no case could be opened. Give the "
                            "folder of the right ones with --keys",
                            folder.string())};
        if (options_.keys.empty() || !is_there(here / "installation.key")) return {};
        const auto present = vault::load_installation_keys({here, {}});
        if (present && present->sealing.public_key == keys->sealing.public_key) return {};
        return Error{Errc::refused, fmt::format("{} holds other keys; move them away first", here.string())};
    }

    // The databases of the backup, checked, in a folder beside their place.
    Result<void> stage()
    {
        std::error_code error;
        fs::remove_all(staging_, error); // of a restoring that was broken off
        if (error) return io_error("remove", staging_, error);
        if (auto made = make_directory(staging_); !made) return made;
        for (const auto name : {cases_name, frontier_name}) {
            if (!told_.manifest.find(name)) continue;
            const auto copied = copy_private(from_ / told_.manifest.state / name, staging_ / name);
            if (!copied) return copied.error();
        }
        cases_.emplace(staging_ /
                       cases_name); // throws on another kind of file, a newer schema or a damaged page
        if (const auto problem = cases_->integrity(); problem != "ok")
            return Error{Errc::corrupt,
                         fmt::format("the database of cases in the backup is damaged: {}", problem)};
        if (const auto line = cases_->first_broken_audit_line())
            return Error{Errc::corrupt,
                         fmt::format("the audit log in the backup is broken at line {}", *line)};
        return {};
    }

    // What the store that is replaced knows and the backup does not.
    Result<void> ask_present()
    {
        newest_generation_ = cases_->generation();
        if (is_there(at_.storage / cases_name)) {
            try {
                const store::CaseDatabase present(at_.storage / cases_name);
                const auto last = last_line(*cases_);
                const auto same = last ? present.audit(last->seq - 1, 1) : std::vector<store::AuditLine>{};
                if (last && (same.empty() || same.front().own != last->own))
                    return Error{
                        Errc::refused,
                        fmt::format("{} holds the store of another installation, or one that the backup does "
                                    "not come from; move it away first",
                                    at_.storage.string())};
                tombstones_ = present.tombstones();
                guarded_ = store::all_guard_hits(present);
                newest_generation_ = std::max(newest_generation_, present.generation());
                told_.withdrawals_known = true;
            } catch (const std::runtime_error&) {
                present_is_damaged_ =
                    true; // that may be why a backup is restored; what it knew is lost, and that is told
            }
        }
        tombstones_.withdrawn.insert(tombstones_.withdrawn.end(), options_.withdrawn.begin(),
                                     options_.withdrawn.end());
        const auto listed = store::buried_in_file(at_.storage);
        if (!listed) return listed.error();
        tombstones_.withdrawn.insert(tombstones_.withdrawn.end(), listed->begin(), listed->end());
        for (const auto& pseudonym : options_.withdrawn)
            if (!cases_->find_case(pseudonym))
                return Error{Errc::not_found, fmt::format("no case {} in the backup", pseudonym)};
        return {};
    }

    static std::optional<store::AuditLine> last_line(const store::CaseDatabase& cases)
    {
        std::optional<store::AuditLine> last;
        for (auto lines = cases.audit(0, 1000); !lines.empty(); lines = cases.audit(last->seq, 1000))
            last = lines.back();
        return last;
    }

    Result<void> mend()
    {
        auto buried = cases_->bury(tombstones_, actor_);
        if (!buried) return buried.error();
        told_.withdrawn = buried->cases;
        told_.references_removed = buried->references;
        told_.hosts_stopped = buried->hosts;
        const auto guarded = store::guard_again(*cases_, guarded_, actor_);
        if (!guarded) return guarded.error();
        told_.under_18_erased = guarded->findings.size();
        // A frontier of the backup may still know where pictures of a case that is withdrawn were: crawling
        // finds the rest anew.
        takes_frontier_ = told_.manifest.find(frontier_name) != nullptr && buried->cases.empty();
        const auto frontier = takes_frontier_ ? staging_ / frontier_name : at_.storage / frontier_name;
        if (is_there(frontier)) {
            try {
                newest_generation_ =
                    std::max(newest_generation_, store::frontier_in_file(frontier)->newest_generation());
                told_.has_frontier = true;
            } catch (const std::runtime_error&) {
                if (takes_frontier_) return Error{Errc::corrupt, "the frontier in the backup cannot be read"};
                drops_frontier_ = true;
            }
        }
        // Verdicts were made with references that this store does not have, under numbers that it would give
        // again.
        const auto raised = cases_->raise_generation_above(newest_generation_, actor_);
        if (!raised) return raised.error();
        const auto noted =
            cases_->append_audit(actor_, "store.restored", "backup of " + told_.manifest.made_at);
        if (!noted) return noted;
        for (const auto& c : cases_->cases())
            told_.open_cases += c.state == CaseState::open ? 1 : 0;
        return {};
    }

    Result<void> place_evidence()
    {
        std::set<std::string> named;
        for (const auto& [name, digest] : store::EvidenceTable(*cases_).packages()) {
            if (name.find('/') != std::string::npos) continue;
            named.insert(name);
            for (const auto suffix : {evidence::unstamped_suffix, evidence::stamp_suffix}) {
                const auto beside = name + std::string(suffix);
                if (is_there(at_.evidence / beside)) continue; // newer than the backup's
                const auto copied = copy_private(from_ / evidence_name / beside, at_.evidence / beside);
                if (!copied && copied.error().code != Errc::not_found) return copied.error();
            }
            const auto present = measure(at_.evidence / name);
            if (present && present->digest == digest) {
                ++told_.evidence_files;
                continue;
            }
            const auto copied = copy_private(from_ / evidence_name / name, at_.evidence / name);
            if (!copied && copied.error().code == Errc::not_found) {
                told_.missing.push_back(name);
                continue;
            }
            if (!copied) return copied.error();
            ++told_.evidence_files;
            if (copied->digest != digest) told_.damaged.push_back(name);
        }
        // The daemon removes packages that no finding knows; those found after the backup are kept for a
        // person to judge.
        std::vector<fs::path> newer;
        for (const auto& entry : fs::directory_iterator(at_.evidence))
            if (entry.is_regular_file() &&
                !named.contains(evidence::package_of(entry.path().filename().string())))
                newer.push_back(entry.path());
        if (newer.empty()) return {};
        if (auto made = make_directory(at_.evidence / aside_); !made) return made;
        for (const auto& path : newer)
            if (auto moved = move_to(path, at_.evidence / aside_ / path.filename()); !moved) return moved;
        return {};
    }

    // From here on the store is the restored one; its database comes last, by one rename.
    Result<void> place()
    {
        cases_.reset();
        if (is_there(staging_ / "cases.db-wal"))
            return Error{Errc::io, "the restored database was not closed as a whole"};
        if (!options_.keys.empty() && !is_there(at_.storage / "keys" / "installation.key")) {
            if (auto made = make_directory(at_.storage / "keys"); !made) return made;
            for (const auto* name : {"installation.key", "signing.key"}) {
                const auto copied = copy_private(options_.keys / name, at_.storage / "keys" / name);
                if (!copied) return copied.error();
            }
        }
        if (auto moved = put_aside(); !moved) return moved;
        if (takes_frontier_)
            if (auto moved = move_to(staging_ / frontier_name, at_.storage / frontier_name); !moved)
                return moved;
        if (auto moved = move_to(staging_ / cases_name, at_.storage / cases_name); !moved) return moved;
        return vault::sync_directory(at_.storage);
    }

    Result<void> put_aside()
    {
        const auto aside = at_.storage / aside_;
        const auto move = [&](std::string_view name) -> Result<void> {
            if (!is_there(at_.storage / name)) return {};
            if (auto made = make_directory(aside); !made) return made;
            told_.put_aside = aside;
            // The database of cases stays in its place until the other one takes it.
            std::error_code error;
            if (name == cases_name && !present_is_damaged_)
                fs::create_hard_link(at_.storage / name, aside / name, error);
            else
                fs::rename(at_.storage / name, aside / name, error);
            if (error) return io_error("put aside", at_.storage / name, error);
            return {};
        };
        std::vector<std::string_view> names{cases_name};
        if (present_is_damaged_)
            names.insert(names.end(), {"cases.db-wal", "cases.db-shm", "cases.db-journal"});
        if (takes_frontier_ || drops_frontier_)
            names.insert(names.end(), {frontier_name, "frontier.db-wal", "frontier.db-shm"});
        for (const auto name : names)
            if (auto moved = move(name); !moved) return moved;
        return {};
    }

    Result<void> hand_over()
    {
        if (!options_.owner) return {};
        const auto give = [&](const fs::path& path) -> Result<void> {
            if (::lchown(path.c_str(), options_.owner->user, options_.owner->group) == 0) return {};
            return io_error("chown", path, {errno, std::generic_category()});
        };
        for (const auto& directory : {at_.storage, at_.evidence}) {
            if (auto given = give(directory); !given) return given;
            for (const auto& entry : fs::recursive_directory_iterator(directory))
                if (auto given = give(entry.path()); !given) return given;
        }
        return {};
    }

    void clean()
    {
        cases_.reset();
        std::error_code ignored; // the next restoring removes what is left
        if (lock_) fs::remove_all(staging_, ignored);
    }

    const Installation& at_;
    const fs::path& from_;
    const RestoreOptions& options_;
    store::Actor actor_;
    fs::path staging_;
    fs::path aside_;
    Restored told_;
    std::optional<store::StoreLock> lock_;
    std::optional<store::CaseDatabase> cases_;
    store::Tombstones tombstones_;
    std::vector<store::GuardHit> guarded_; // of the store that is replaced
    std::int64_t newest_generation_ = 0;
    bool present_is_damaged_ = false;
    bool takes_frontier_ = false;
    bool drops_frontier_ = false;
};

} // namespace

Result<Restored> restore(const Installation& installation, const fs::path& folder,
                         const RestoreOptions& options, Timestamp now)
{
    return Restoring(installation, folder, options, now).run();
}

} // namespace stillwatch::backup
