// What modules tell one another: facts in the past tense, with ids and never with personal data.
// Every event of the product is listed here, so that the whole conversation can be read at once.

export type VecheEvents = {
  'register.imported': { buildingId: string; importId: string };
  'title.changed': { buildingId: string; premisesId: string };
  'key.registered': { buildingId: string; meetingId: string; personId: string };
  'meeting.called': { buildingId: string; meetingId: string };
  'meeting.opened': { buildingId: string; meetingId: string };
  'meeting.closed': { buildingId: string; meetingId: string };
};
export type EventName = keyof VecheEvents;
