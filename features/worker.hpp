#pragma once

namespace stillwatch::features {

// Call once in the restricted worker, before its system-call filter is loaded: keeps OpenCV to one thread and
// lets the decoders do what they do once (tables, processor detection, first allocations).
void prepare_worker();

} // namespace stillwatch::features
