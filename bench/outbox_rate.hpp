#pragma once

#include "store/case_database.hpp"

// Delivers `alerts` queued alerts of findings over one webhook channel to a receiver on loopback, with the
// program's own queue, outbox, notifier and client; gives messages a second. Throws where one is not taken.
double outbox_rate(stillwatch::store::CaseDatabase& cases, const std::filesystem::path& file, int alerts);
