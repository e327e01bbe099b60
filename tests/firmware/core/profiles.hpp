// Reader models written by hand: what the loader would make of hw-profiles, in the shape of constants.
#pragma once

#include "firmware/core/profile.hpp"

namespace sesame::test {

inline constexpr Language kFrench{{'f', 'r'},
                                  0x040C,
                                  {"Insérez\nvotre carte",
                                   "Patientez",
                                   "Choisir la\nfonction",
                                   "Numéro ?",
                                   "Référence ?",
                                   "Montant ?",
                                   "Donnée {n} ?",
                                   "Code secret ?",
                                   "Code bon",
                                   "Dernier essai !\nOK ou C",
                                   "Code faux\n{n} essais",
                                   "Code faux\n1 essai",
                                   "Code Sésame",
                                   "Carte retirée",
                                   "Carte muette",
                                   "Erreur carte",
                                   "Mauvaise carte",
                                   "Refus carte",
                                   "Carte bloquée",
                                   "Code bloqué",
                                   "Code trop long",
                                   "Connecté",
                                   "OK : suite",
                                   "OK : signer",
                                   "Compteur\n{n}",
                                   "Logiciel\n0875.11",
                                   "Contraste {n}",
                                   "Français"}};
inline constexpr Language kEnglish{{'e', 'n'},
                                   0x0409,
                                   {"Insert card",
                                    "Please wait",
                                    "Select function",
                                    "Challenge?",
                                    "Reference?",
                                    "Amount?",
                                    "Data {n}?",
                                    "PIN?",
                                    "PIN OK",
                                    "Last try!\nOK or C",
                                    "Wrong PIN\n{n} tries left",
                                    "Wrong PIN\n1 try left",
                                    "Passcode",
                                    "Card removed",
                                    "No answer",
                                    "Card error",
                                    "Wrong card",
                                    "Refused",
                                    "Card blocked",
                                    "PIN blocked",
                                    "Code too long",
                                    "Connected",
                                    "OK: go on",
                                    "OK: sign",
                                    "Counter\n{n}",
                                    "Software\n0875.11",
                                    "Contrast {n}",
                                    "English"}};
inline constexpr Language kDutch{{'n', 'l'},
                                 0x0413,
                                 {"Kaart invoeren",
                                  "Even geduld",
                                  "Kies functie",
                                  "Getal?",
                                  "Referentie?",
                                  "Bedrag?",
                                  "Gegeven {n}?",
                                  "PIN?",
                                  "PIN juist",
                                  "Laatste poging!\nOK of C",
                                  "PIN fout\nnog {n} pogingen",
                                  "PIN fout\nnog 1 poging",
                                  "Code",
                                  "Kaart weg",
                                  "Geen antwoord",
                                  "Kaartfout",
                                  "Verkeerde kaart",
                                  "Geweigerd",
                                  "Kaart geblokk.",
                                  "PIN geblokkeerd",
                                  "Code te lang",
                                  "Verbonden",
                                  "OK: verder",
                                  "OK: akkoord",
                                  "Teller\n{n}",
                                  "Software\n0875.11",
                                  "Contrast {n}",
                                  "Nederlands"}};
inline constexpr Language kLanguages[] = {kFrench, kEnglish, kDutch};

// Applications, in the order in which the model tries them.
inline constexpr std::array<std::uint8_t, 7> kAidCap{0xA0, 0, 0, 0, 0x04, 0x80, 0x02};
inline constexpr std::array<std::uint8_t, 7> kAidDpa{0xA0, 0, 0, 0, 0x03, 0x80, 0x02};
inline constexpr std::array<std::uint8_t, 8> kAidBancontact{0xD0, 0x56, 0, 0x06, 0x66, 0x11, 0x10, 0x10};
inline constexpr std::array<std::uint8_t, 7> kAidVisa{0xA0, 0, 0, 0, 0x03, 0x10, 0x10};
inline constexpr std::array<std::uint8_t, 7> kAidMastercard{0xA0, 0, 0, 0, 0x04, 0x10, 0x10};
inline constexpr std::array<std::uint8_t, 7> kAidMaestro{0xA0, 0, 0, 0, 0x04, 0x30, 0x60};
inline constexpr cap::Application kDedicatedOnly[] = {{kAidCap, cap::Family::cap},
                                                      {kAidDpa, cap::Family::dpa}};
inline constexpr cap::Application kAllApplications[] = {{kAidDpa, cap::Family::dpa},
                                                        {kAidCap, cap::Family::cap},
                                                        {kAidBancontact, cap::Family::bancontact},
                                                        {kAidVisa, cap::Family::visa},
                                                        {kAidMastercard, cap::Family::mastercard},
                                                        {kAidMaestro, cap::Family::maestro}};

inline constexpr std::uint8_t kFourAndFour[] = {4, 4};

// One key, no question but the PIN: the Sésame.
inline constexpr Function kCodeOnly[] = {{"CODE", {}}};
inline constexpr ReaderProfile kSesame{"sesame",
                                       "Sésame",
                                       kCodeOnly,
                                       {kDedicatedOnly, false, false},
                                       {8, 8, kFourAndFour},
                                       {{0x09, 0x78}, 2},
                                       {},
                                       {2, 16},
                                       kLanguages,
                                       true};

// M1 with an optional challenge, M2 with up to ten numbers after the card has answered; Belgian rules.
inline constexpr Prompt kOptionalChallenge[] = {{PromptKind::challenge, PromptPlace::before_pin, true, 8, 1}};
inline constexpr Prompt kTds[] = {{PromptKind::tds, PromptPlace::after_card, true, 10, 10}};
inline constexpr Function kM1M2[] = {{"M1", kOptionalChallenge}, {"M2", kTds}};
inline constexpr ReaderProfile kVasco{
    "vasco", "Vasco 810", kM1M2, {kAllApplications, true, true}, {8, 10, {}}, {{0x09, 0x78}, 2}, {},
    {2, 16}, kLanguages,  true};

// IDENTIFY, RESPOND with a challenge, SIGN with a reference and an amount; English only; three rows.
inline constexpr Prompt kChallenge[] = {{PromptKind::challenge, PromptPlace::before_pin, false, 8, 1}};
inline constexpr Prompt kSign[] = {{PromptKind::reference, PromptPlace::after_pin, false, 8, 1},
                                   {PromptKind::amount, PromptPlace::after_pin, false, 12, 1}};
inline constexpr Function kIdentifyRespondSign[] = {
    {"IDENTIFY", {}}, {"RESPOND", kChallenge}, {"SIGN", kSign}};
inline constexpr ReaderProfile kPinsentry{"pinsentry",
                                          "PINsentry",
                                          kIdentifyRespondSign,
                                          {kDedicatedOnly, false, false},
                                          {8, 8, {}},
                                          {{0x08, 0x26}, 2},
                                          {35'000, 40'000, 10'000},
                                          {3, 20},
                                          {&kEnglish, 1},
                                          false};

// Prompts in every place, written in another order than they are asked in; two mandatory numbers.
inline constexpr Prompt kEverywhere[] = {{PromptKind::tds, PromptPlace::after_card, false, 10, 3},
                                         {PromptKind::amount, PromptPlace::after_pin, true, 12, 1},
                                         {PromptKind::challenge, PromptPlace::before_pin, false, 8, 1},
                                         {PromptKind::tds, PromptPlace::after_card, false, 4, 1}};
inline constexpr Function kEveryPlace[] = {{"ALL", kEverywhere}};
inline constexpr ReaderProfile kAllPlaces{
    "all",   "All places", kEveryPlace, {kDedicatedOnly, true, false}, {6, 16, {}}, {{0x09, 0x78}, 2}, {},
    {4, 16}, kLanguages,   true};

// Begins with a challenge when a card is put in; a function beside it, and a menu; resets the card after the
// PIN.
inline constexpr MenuItem kAllItems[] = {MenuItem::contrast, MenuItem::counter, MenuItem::version,
                                         MenuItem::language};
inline constexpr Function kByItself[] = {{"SIGN", {}}, {"M", {}, kAllItems}, {"CODE", kChallenge, {}, true}};
inline constexpr ReaderProfile kMenu{"menu",
                                     "Menu",
                                     kByItself,
                                     {kDedicatedOnly, false, false},
                                     {8, 8, kFourAndFour},
                                     {{0x09, 0x78}, 2},
                                     {},
                                     {2, 16},
                                     kLanguages,
                                     true,
                                     cap::kMinPinDigits,
                                     true};

inline constexpr const ReaderProfile* kProfiles[] = {&kSesame, &kVasco, &kPinsentry, &kAllPlaces, &kMenu};

}  // namespace sesame::test
