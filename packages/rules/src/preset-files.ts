// The preset files that come with the product, each under its name. Data only: what they say is read by presets.ts.
// A test holds this list to the folder: a file that is not named here would be in nobody's library.
import ruParticipants from './presets/ru/ru.participants.json' with { type: 'json' };
import ruHalfAll from './presets/ru/ru.half-all.json' with { type: 'json' };
import ruTwoThirdsAll from './presets/ru/ru.two-thirds-all.json' with { type: 'json' };
import ruUnanimous from './presets/ru/ru.unanimous.json' with { type: 'json' };
import ruCl45ManyEntrances from './presets/ru/ru.cl45.many-entrances.json' with { type: 'json' };
import ruCl45OneEntrance from './presets/ru/ru.cl45.one-entrance.json' with { type: 'json' };
import ruTszhFound from './presets/ru/ru.tszh-found.json' with { type: 'json' };
import deSimple from './presets/de/de.simple.json' with { type: 'json' };
import deSimpleUnit from './presets/de/de.simple.unit.json' with { type: 'json' };
import deSimpleShare from './presets/de/de.simple.share.json' with { type: 'json' };
import deVirtual from './presets/de/de.virtual.json' with { type: 'json' };
import deStructuralTier from './presets/de/de.structural-tier.json' with { type: 'json' };
import deCircularAll from './presets/de/de.circular-all.json' with { type: 'json' };
import deCircularOne from './presets/de/de.circular-one.json' with { type: 'json' };
import fr24 from './presets/fr/fr.24.json' with { type: 'json' };
import fr25 from './presets/fr/fr.25.json' with { type: 'json' };
import fr26 from './presets/fr/fr.26.json' with { type: 'json' };
import frUnanimous from './presets/fr/fr.unanimous.json' with { type: 'json' };
import esOrdinary1 from './presets/es/es.ordinary.1.json' with { type: 'json' };
import esOrdinary2 from './presets/es/es.ordinary.2.json' with { type: 'json' };
import es35 from './presets/es/es.3-5.json' with { type: 'json' };
import es35Silent from './presets/es/es.3-5.silent.json' with { type: 'json' };
import es13 from './presets/es/es.1-3.json' with { type: 'json' };
import esMajorityAccess from './presets/es/es.majority-access.json' with { type: 'json' };
import esMajorityAccessSilent from './presets/es/es.majority-access.silent.json' with { type: 'json' };
import esUnanimous from './presets/es/es.unanimous.json' with { type: 'json' };
import esUnanimousSilent from './presets/es/es.unanimous.silent.json' with { type: 'json' };
import itCall1 from './presets/it/it.call1.json' with { type: 'json' };
import itCall2 from './presets/it/it.call2.json' with { type: 'json' };
import itInnovation from './presets/it/it.innovation.json' with { type: 'json' };
import chSimple from './presets/ch/ch.simple.json' with { type: 'json' };
import chSimpleCall2 from './presets/ch/ch.simple.call2.json' with { type: 'json' };
import chQualified from './presets/ch/ch.qualified.json' with { type: 'json' };
import chQualifiedCall2 from './presets/ch/ch.qualified.call2.json' with { type: 'json' };
import atAny from './presets/at/at.any.json' with { type: 'json' };
import plShare from './presets/pl/pl.share.json' with { type: 'json' };
import plHead from './presets/pl/pl.head.json' with { type: 'json' };
import beAbsolute from './presets/be/be.absolute.json' with { type: 'json' };
import beAbsoluteCall2 from './presets/be/be.absolute.call2.json' with { type: 'json' };
import be23 from './presets/be/be.2-3.json' with { type: 'json' };
import be23Call2 from './presets/be/be.2-3.call2.json' with { type: 'json' };
import be45 from './presets/be/be.4-5.json' with { type: 'json' };
import be45Call2 from './presets/be/be.4-5.call2.json' with { type: 'json' };
import nswOrdinary from './presets/nsw/nsw.ordinary.json' with { type: 'json' };
import nswOrdinaryCall2 from './presets/nsw/nsw.ordinary.call2.json' with { type: 'json' };
import nswOrdinaryPoll from './presets/nsw/nsw.ordinary.poll.json' with { type: 'json' };
import nswOrdinaryPollCall2 from './presets/nsw/nsw.ordinary.poll.call2.json' with { type: 'json' };
import nswSpecial from './presets/nsw/nsw.special.json' with { type: 'json' };
import nswSpecialCall2 from './presets/nsw/nsw.special.call2.json' with { type: 'json' };
import nswSustain from './presets/nsw/nsw.sustain.json' with { type: 'json' };
import nswSustainCall2 from './presets/nsw/nsw.sustain.call2.json' with { type: 'json' };
import nswUnanimous from './presets/nsw/nsw.unanimous.json' with { type: 'json' };
import nswUnanimousCall2 from './presets/nsw/nsw.unanimous.call2.json' with { type: 'json' };
import caDirectors from './presets/ca/ca.directors.json' with { type: 'json' };
import caDocuments from './presets/ca/ca.documents.json' with { type: 'json' };
import flBoard from './presets/fl/fl.board.json' with { type: 'json' };
import ucioaDefault from './presets/ucioa/ucioa.default.json' with { type: 'json' };
import onBylaw from './presets/on/on.bylaw.json' with { type: 'json' };
import advisoryPoll from './presets/advisory/advisory.poll.json' with { type: 'json' };

/** A file of the library: its name, for whoever has to mend it, and its JSON. */
export type PresetFile = readonly [name: string, content: unknown];

/** In the order in which a page lists them: by country, the weaker demand first. */
export const presetFiles: readonly PresetFile[] = [
  ['ru/ru.participants.json', ruParticipants],
  ['ru/ru.half-all.json', ruHalfAll],
  ['ru/ru.two-thirds-all.json', ruTwoThirdsAll],
  ['ru/ru.unanimous.json', ruUnanimous],
  ['ru/ru.cl45.many-entrances.json', ruCl45ManyEntrances],
  ['ru/ru.cl45.one-entrance.json', ruCl45OneEntrance],
  ['ru/ru.tszh-found.json', ruTszhFound],
  ['de/de.simple.json', deSimple],
  ['de/de.simple.unit.json', deSimpleUnit],
  ['de/de.simple.share.json', deSimpleShare],
  ['de/de.virtual.json', deVirtual],
  ['de/de.structural-tier.json', deStructuralTier],
  ['de/de.circular-all.json', deCircularAll],
  ['de/de.circular-one.json', deCircularOne],
  ['fr/fr.24.json', fr24],
  ['fr/fr.25.json', fr25],
  ['fr/fr.26.json', fr26],
  ['fr/fr.unanimous.json', frUnanimous],
  ['es/es.ordinary.1.json', esOrdinary1],
  ['es/es.ordinary.2.json', esOrdinary2],
  ['es/es.3-5.json', es35],
  ['es/es.3-5.silent.json', es35Silent],
  ['es/es.1-3.json', es13],
  ['es/es.majority-access.json', esMajorityAccess],
  ['es/es.majority-access.silent.json', esMajorityAccessSilent],
  ['es/es.unanimous.json', esUnanimous],
  ['es/es.unanimous.silent.json', esUnanimousSilent],
  ['it/it.call1.json', itCall1],
  ['it/it.call2.json', itCall2],
  ['it/it.innovation.json', itInnovation],
  ['ch/ch.simple.json', chSimple],
  ['ch/ch.simple.call2.json', chSimpleCall2],
  ['ch/ch.qualified.json', chQualified],
  ['ch/ch.qualified.call2.json', chQualifiedCall2],
  ['at/at.any.json', atAny],
  ['pl/pl.share.json', plShare],
  ['pl/pl.head.json', plHead],
  ['be/be.absolute.json', beAbsolute],
  ['be/be.absolute.call2.json', beAbsoluteCall2],
  ['be/be.2-3.json', be23],
  ['be/be.2-3.call2.json', be23Call2],
  ['be/be.4-5.json', be45],
  ['be/be.4-5.call2.json', be45Call2],
  ['nsw/nsw.ordinary.json', nswOrdinary],
  ['nsw/nsw.ordinary.call2.json', nswOrdinaryCall2],
  ['nsw/nsw.ordinary.poll.json', nswOrdinaryPoll],
  ['nsw/nsw.ordinary.poll.call2.json', nswOrdinaryPollCall2],
  ['nsw/nsw.special.json', nswSpecial],
  ['nsw/nsw.special.call2.json', nswSpecialCall2],
  ['nsw/nsw.sustain.json', nswSustain],
  ['nsw/nsw.sustain.call2.json', nswSustainCall2],
  ['nsw/nsw.unanimous.json', nswUnanimous],
  ['nsw/nsw.unanimous.call2.json', nswUnanimousCall2],
  ['ca/ca.directors.json', caDirectors],
  ['ca/ca.documents.json', caDocuments],
  ['fl/fl.board.json', flBoard],
  ['ucioa/ucioa.default.json', ucioaDefault],
  ['on/on.bylaw.json', onBylaw],
  ['advisory/advisory.poll.json', advisoryPoll],
];
