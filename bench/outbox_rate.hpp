#pragma once

#include "store/case_database.hpp"

// Queues so many alerts for outbox_rate. Nobody else may have the file open.
void queue_alerts(const std::filesystem::path& file, int alerts);

// Delivers those `alerts` queued alerts of findings over one webhook channel to a receiver on loopback, with
// the program's own queue, outbox, notifier and client; gives messages a second. Throws where one is not
// taken.
double outbox_rate(stillwatch::store::CaseDatabase& cases, int alerts);
