// What every screen of the office does besides what HTML does by itself.

import "./adding.js";
import "./help.js";
import "./inline.js";
import "./keys.js";
import "./leaving.js";
import "./panels.js";
import "./picks.js";
import "./print.js";
import "./saving.js";
import "./select.js";
import "./suggest.js";
import "./tabs.js";
import "./tour.js";
import "./works.js";

// Say what went wrong to those who cannot see where.
document.querySelector(".notice[role=alert]")?.focus();

// Whoever has just signed in again is led straight to what they had typed.
document.querySelector("form[data-goes]")?.requestSubmit();
