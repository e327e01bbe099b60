// The bank's pages in a browser, with readers, over TLS and in virtual time: a test for each flow of the documents, and a
// picture of each page.
import './coopanet.mjs';
import './coopaccess.mjs';
import './savings.mjs';
import './looks.mjs';
